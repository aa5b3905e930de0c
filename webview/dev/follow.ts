/** Entry of the stream's page that tests drive against a real engine: the host is outside, behind two functions. */
import './themes.css';
import './outerHost.ts';
import '../follow/main.ts';
