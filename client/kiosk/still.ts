// The avatar's still picture, kept on the device: what is seen before the first picture comes and while the server is away. Taken from
// the video itself, so that it stands exactly where the living one does.

/** Beside the shape of the screen: a kiosk that is turned has another picture. */
const KEY = 'vaktra.kiosk.still';
const JPEG_QUALITY = 0.85;

/** @param look what tells this picture from others: portrait, framing, background */
export function keepStill(video: HTMLVideoElement, look: string): string | undefined {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const still = canvas.toDataURL('image/jpeg', JPEG_QUALITY);
  try {
    localStorage.setItem(KEY, JSON.stringify({ look, still }));
  } catch {
    // Blocked or full: the server's own picture is shown, as long as it is there.
  }
  return still;
}

export function keptStill(look: string): string | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { look?: string; still?: string };
    return kept.look === look && kept.still?.startsWith('data:image/jpeg') ? kept.still : undefined;
  } catch {
    return undefined; // blocked, or written by something else
  }
}
