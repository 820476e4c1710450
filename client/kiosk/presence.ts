// Whether somebody stands before the screen: motion in the camera's picture, measured on this device. No picture is kept or sent, and
// nobody is recognised.

/** Coarse enough that a face is a few dots, fine enough for a person at three metres. */
const WIDTH = 48;
const HEIGHT = 36;
const LOOK_INTERVAL_MS = 400;
/** A dot has changed when its lightness did by this much of 255: above a camera's noise in dim light. */
const DOT_CHANGE = 22;
/** Share of the dots that a person who comes closer changes between two looks; a lamp that goes on changes nearly all of them. */
const LEAST_SHARE = 0.04;
const MOST_SHARE = 0.7;
/** Looks with motion in a row that count as somebody, not as a shadow. */
const LOOKS = 3;

/**
 * Watches until it is stopped.
 *
 * @param onPresence called once for each time that somebody comes, and then again after the picture was still
 * @throws DOMException where there is no camera, or it is not allowed
 */
export async function watchPresence(onPresence: () => void): Promise<{ stop(): void }> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240, frameRate: 5 } });
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const motion = new Motion(onPresence);
  const timer = window.setInterval(() => {
    context?.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const pixels = context?.getImageData(0, 0, WIDTH, HEIGHT).data;
    if (pixels !== undefined) motion.see(pixels);
  }, LOOK_INTERVAL_MS);
  return {
    stop() {
      window.clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
    },
  };
}

export class Motion {
  readonly #onPresence: () => void;
  #before: Uint8Array | undefined;
  #moving = 0;

  constructor(onPresence: () => void) {
    this.#onPresence = onPresence;
  }

  /** @param pixels RGBA, of the same size each time */
  see(pixels: Uint8ClampedArray): void {
    // Green stands for lightness: it makes up most of it.
    const dots = Uint8Array.from({ length: pixels.length / 4 }, (_, dot) => pixels[4 * dot + 1] ?? 0);
    const before = this.#before;
    this.#before = dots;
    if (before === undefined) return;
    const changed = dots.reduce(
      (sum, dot, index) => sum + Number(Math.abs(dot - (before[index] ?? 0)) > DOT_CHANGE),
      0,
    );
    const share = changed / dots.length;
    this.#moving = share >= LEAST_SHARE && share <= MOST_SHARE ? this.#moving + 1 : 0;
    if (this.#moving === LOOKS) this.#onPresence();
  }
}
