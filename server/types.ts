// The types that cross the borders between parts. Nothing here does anything; every field says its unit.

/** Count of output audio samples at 48 kHz since the conversation began: the conversation's one clock. */
export type SampleIndex = number;

/** Count of pictures since the conversation began; picture k belongs to samples [1920k, 1920k + 1920). */
export type FrameIndex = number;

/** Rate of the conversation's clock and of the sound that is sent (Opus is always announced /48000, RFC 7587 section 4.1). */
export const CLOCK_RATE_HZ = 48_000;
/** Rate of the sound that the models hear. */
export const MODEL_RATE_HZ = 16_000;
/** Pictures per second. */
export const FRAME_RATE_HZ = 25;
/** Samples of the clock that belong to one picture. */
export const SAMPLES_PER_FRAME = CLOCK_RATE_HZ / FRAME_RATE_HZ;
/** Samples that the models hear for one picture. */
export const MODEL_SAMPLES_PER_FRAME = MODEL_RATE_HZ / FRAME_RATE_HZ;
/** Clock samples in one Opus packet of 20 ms. */
export const SAMPLES_PER_PACKET = 960;

/** What the conversation does; drives the motion model and is told to clients. */
export type ConversationState = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Moods that a face can show. */
export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'surprised'] as const;
export type Emotion = (typeof EMOTIONS)[number];

export interface Mood {
  emotion: Emotion;
  /** 0 (nothing is seen) to 1 (clear, yet no grimace). */
  strength: number;
}

/** A stretch of sound: 16 kHz mono in [-1, 1], `start` counted at 16 kHz from the start of its stream. */
export interface AudioChunk {
  start: number;
  data: Float32Array;
}

/** One frame of facial motion. */
export interface MotionFrame {
  index: FrameIndex;
  /**
   * 42 coefficients: the motion model's 34, then the 8 expression rows of the mood; names and order in models/manifest.json. The
   * receiver may keep it, nobody writes to it.
   */
  coefficients: Float32Array;
  state: ConversationState;
}

/** One drawn picture, I420: width x height luma, then two quarter planes. Valid until the next draw of its stream. */
export interface Picture {
  index: FrameIndex;
  width: number;
  height: number;
  i420: Uint8Array;
}

/** Side of every portrait and every picture, in pixels. */
export const PICTURE_SIZE_PX = 512;

/** Shorter sides that viewers' pictures may have, in pixels. */
export const PICTURE_SIZES = [384, 512, 720] as const;
/** `portrait` is 9:16, `landscape` 16:9, the longer side rounded up to whole blocks of the codec (16 pixels). */
export const FRAMINGS = ['square', 'portrait', 'landscape'] as const;

/** What is behind the person. */
export type Background =
  /** The portrait's own; `blur`: out of focus. */
  | { kind: 'keep' | 'blur' }
  /** 0xrrggbb */
  | { kind: 'colour'; colour: number }
  /** `rgb`: [height * width * 3], the size of the viewers' picture. */
  | { kind: 'picture'; rgb: Uint8Array }
  /** Nothing: how much of each pixel is person is sent along. */
  | { kind: 'transparent' };

/** What viewers see around the person, and how large. */
export interface Look {
  background: Background;
  size: (typeof PICTURE_SIZES)[number];
  framing: (typeof FRAMINGS)[number];
}

/** The video that viewers get. */
export interface VideoShape {
  /** Of the visible picture, in pixels. */
  width: number;
  height: number;
  /** `below`: the video is twice as high, and its lower half says how opaque the upper one is (black: not at all). */
  matte: 'none' | 'below';
}

/** Landmarks of MediaPipe's face mesh with irises. */
export const LANDMARK_COUNT = 478;

/**
 * A portrait made ready for drawing: plain data that can be sent to a worker or kept on disk.
 * Coordinates are pixels of the 512x512 picture: x to the right, y down, z away from the camera.
 */
export interface PreparedAvatar {
  /** Of the preparing code: what an older version prepared is prepared again. */
  version: number;
  /** [512 * 512 * 4] the portrait, head and shoulders, as found. */
  rgba: Uint8Array;
  /** [478 * 3] where the landmarks are in `rgba`. */
  landmarks: Float32Array;
  /** [478 * 3] the same with the mouth closed: from here the motion's displacements are counted. */
  neutral: Float32Array;
  /** [9] row by row: turns a displacement of the motion basis (frontal face) into the head's pose in this portrait. */
  rotation: Float32Array;
  /** Pixels per unit of the motion basis (distance of the outer eye corners). */
  unitPx: number;
  /** [3 * n] corners of the mesh's triangles; the eyes are covered, the mouth is left open. */
  triangles: Uint16Array;
  /** Colours measured in the portrait, 0..255 red, green, blue. */
  tones: AvatarTones;
  /** [512 * 512] 0 background .. 255 person: hair, hat and body, softly at the hair. */
  matte: Uint8Array;
  /** [512 * 512 * 4] the picture without the person, opaque: made up where the person stands, well near the outline only. */
  background: Uint8Array;
  /**
   * [512 * 512 * 4] the person without the background's colour in the soft outline; alpha is the matte, not multiplied in. Over
   * `background` it gives the portrait.
   */
  foreground: Uint8Array;
  /**
   * [512 * 512 * 4] the picture to draw from: its landmarks lie at `neutral`, so the lips are closed and no teeth are seen. The same
   * object as `rgba` where they were closed.
   */
  closed: Uint8Array;
  body: AvatarBody;
  /** What the person who chose the picture should know. */
  warnings: PortraitWarning[];
}

/** Distance of the points of an AvatarBody's grids in pixels, and how many they are in a row: x = 8 * column, y = 8 * row. */
export const BODY_GRID_STEP_PX = 8;
export const BODY_GRID_POINTS = PICTURE_SIZE_PX / BODY_GRID_STEP_PX + 1;

/** Head, neck and shoulders around the face, measured in the picture. Grids are continued smoothly beyond the person's outline. */
export interface AvatarBody {
  /** [65 * 65] z as the landmarks' z, in pixels, away from the camera. */
  depth: Float32Array;
  /** [65 * 65] 1 where a place moves with the skull (face, hair, hat) .. 0 at the shoulders. */
  headShare: Float32Array;
  /** [65 * 65] 0 at the head .. 1 at the chest: what rises with the breath. */
  breathShare: Float32Array;
  /** [72 * 2] x, y of the head's outline with hair and hat, each 5 degrees from the image's right clockwise; below the ears the jaw. */
  outline: Float32Array;
  /** Row where the shoulders begin. */
  shoulderY: number;
  /** Columns of the neck's sides where it is narrowest. */
  neck: [left: number, right: number];
}

/** What preparing a portrait does, in this order. */
export const PREPARING_STEPS = ['decode', 'find', 'check', 'matte', 'fill', 'mesh'] as const;
export type PreparingStep = (typeof PREPARING_STEPS)[number];

/** What about a portrait will not look as well as it could; it is prepared all the same. Codes never change their meaning. */
export const PORTRAIT_WARNINGS = [
  'face_small',
  'head_turned',
  'mouth_open',
  'glasses_glare',
  'eyes_hidden',
  'drawn_figure',
] as const;

/** `message` says what may be seen and what would be better. */
export interface PortraitWarning {
  code: (typeof PORTRAIT_WARNINGS)[number];
  message: string;
}

/** Colours for what a closed mouth hides, taken from the portrait so that a painting keeps its palette. */
export interface AvatarTones {
  skin: [number, number, number];
  lip: [number, number, number];
  teeth: [number, number, number];
  mouthDark: [number, number, number];
}

/** Draws one avatar for one conversation, one picture after the other. A picture is valid until the next call. */
export interface PictureStream {
  /** [478 * 3] where the landmarks of the last drawn picture are, in pixels; overwritten by the next draw. For measuring. */
  readonly landmarks: Float32Array;
  /** [478 * 3] where they are at rest, with the mouth closed. */
  readonly neutral: Float32Array;
  draw(frame: MotionFrame): Promise<Picture>;
  close(): void;
}
