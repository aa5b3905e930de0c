/**
 * Around all tests of the lab: the cluster `test` comes up before them and goes down after them, also when they are
 * killed. STRATOSHARK_LAB=lab runs them against that one instead, which must be up, and leaves it alone.
 */
import { BuildError } from '../../src/build/say.mjs';
import { isUp, loadState } from './state.ts';
import { downWhenGone, suiteLab, whyNot } from './suite.ts';
import { tearDown } from './teardown.ts';
import { bringUp } from './up.ts';

export default async function setup(): Promise<(() => void) | undefined> {
  if ((await whyNot()) !== undefined) return undefined;
  const { lab, own } = suiteLab();
  if (!own) {
    if (!isUp(loadState(lab))) throw new BuildError(`${lab.name} is not up: start it with "npm run lab up"`);
    return undefined;
  }
  tearDown(lab);
  const callOff = downWhenGone(lab);
  await bringUp(lab);
  return () => {
    tearDown(lab);
    callOff();
  };
}
