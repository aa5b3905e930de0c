/** Entry of the policy page that tests drive against the real analysis: the host is outside, behind two functions. */
import './themes.css';
import './outerHost.ts';
import '../policy/main.ts';
