/** Entry of the page that tests drive against a real engine: the host is outside, behind two functions. */
import './themes.css';
import './rowColors.ts';
import './outerHost.ts';
import '../editor/main.ts';
