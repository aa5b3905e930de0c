/** Entry of the development page: the fake host first, then the page as VS Code runs it. */
import './themes.css';
import './rowColors.ts';
import './fakeHost.ts';
import '../editor/main.ts';
