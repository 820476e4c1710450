// What the agent can do from the keyboard, anywhere on the page.

/** By the physical key together with Alt: on some systems Alt and a letter give another letter. */
export type Shortcuts = Record<string, () => void>;

const DIGIT = /^Digit([1-9])$/;

/** @param onDigit called with 1 to 9 */
export function listenToKeys(shortcuts: Shortcuts, onDigit: (digit: number) => void): void {
  document.addEventListener('keydown', (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = DIGIT.exec(event.code)?.[1];
    const action = digit === undefined ? shortcuts[event.code] : () => onDigit(Number(digit));
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
