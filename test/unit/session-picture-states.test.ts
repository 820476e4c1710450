// What the motion is told of each picture: who speaks, what happens elsewhere, how loud the visitor is.
import { describe, expect, it } from 'vitest';
import { PictureStates } from '../../server/session/picture-states.ts';

describe('the state of a picture', () => {
  it('is speaking where the voice sounds, and where it does not the state that was set last', () => {
    const states = new PictureStates();
    for (const speaking of [false, true, true, false]) states.add(speaking);
    expect(states.of(0, 4)).toEqual(['idle', 'speaking', 'speaking', 'idle']);
    states.rest('listening');
    expect(states.of(0, 4)).toEqual(['listening', 'speaking', 'speaking', 'listening']);
    states.rest('thinking');
    expect(states.of(2, 2)).toEqual(['speaking', 'thinking']);
  });

  it('is counted from the next picture to be drawn', () => {
    const states = new PictureStates();
    for (const speaking of [false, true, false, true]) states.add(speaking);
    states.done();
    expect(states.of(0, 3)).toEqual(['speaking', 'idle', 'speaking']);
  });

  it('is no longer speaking once the voice was cut', () => {
    const states = new PictureStates();
    for (const speaking of [true, true]) states.add(speaking);
    expect(states.spokeInLastRead).toBe(true);
    states.cut();
    expect(states.of(0, 2)).toEqual(['idle', 'idle']);
    expect(states.spokeInLastRead).toBe(false);
  });
});

describe("the visitor's loudness", () => {
  it('comes picture by picture in its order, and stays as it was where nothing came', () => {
    const states = new PictureStates();
    expect(states.visitorLevels(2)).toEqual([0, 0]);
    for (const level of [0.1, 0.2, 0.3]) states.listen(level);
    expect(states.visitorLevels(2)).toEqual([0.1, 0.2]);
    expect(states.visitorLevels(3)).toEqual([0.3, 0.3, 0.3]);
  });

  it('is not kept for later when nothing is drawn', () => {
    const states = new PictureStates();
    for (let level = 1; level <= 100; level++) states.listen(level / 100);
    expect(states.visitorLevels(1)).toEqual([0.93]);
  });
});
