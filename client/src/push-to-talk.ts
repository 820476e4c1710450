// A button to talk with: held down for as long as one talks, or tapped once to begin and once more to end, which is what keyboards,
// screen readers and stiff hands need. Knows nothing of microphones.

/** A press that is shorter than this is a tap: one talks until the next. */
const TAP_MS = 350;

/** @param onTalk called with true when talking begins and false when it ends, in turns; @returns ends it, as when the way is cut */
export function pushToTalk(button: HTMLElement, onTalk: (down: boolean) => void): { release: () => void } {
  let isDown = false;
  let pressedAtMs: number | undefined;

  const set = (down: boolean): void => {
    if (isDown === down) return;
    isDown = down;
    button.setAttribute('aria-pressed', String(down));
    onTalk(down);
  };
  const press = (): void => {
    // A second tap ends what the first began.
    if (isDown) {
      set(false);
      return;
    }
    pressedAtMs = performance.now();
    set(true);
  };
  const lift = (): void => {
    const heldMs = pressedAtMs === undefined ? 0 : performance.now() - pressedAtMs;
    pressedAtMs = undefined;
    if (heldMs > TAP_MS) set(false);
  };

  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    press();
  });
  button.addEventListener('pointerup', lift);
  button.addEventListener('pointercancel', () => set(false));
  // A long press must not open a menu.
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  button.addEventListener('keydown', (event) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!event.repeat) press();
  });
  button.addEventListener('keyup', (event) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    // Some browsers click when the space bar is let go.
    event.preventDefault();
    lift();
  });
  button.addEventListener('click', (event) => {
    // A pointer's click has been dealt with; a screen reader's comes without a pointer.
    if (event.detail === 0) press();
  });
  return {
    release: () => set(false),
  };
}
