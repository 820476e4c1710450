// Which landmarks of MediaPipe's face mesh the drawing needs by name ("left" is the image's left).

/** Outline of the face, clockwise in the image from the top of the forehead. */
export const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

export const EYE_CORNERS = [33, 263] as const;
export const CHIN = 152;
/** Middle of the lips' inner contour. */
export const UPPER_LIP = 13;
export const LOWER_LIP = 14;

/** Corners of the outer lips; middle of the upper lip's outer edge; where the nose ends above it. */
export const MOUTH_CORNERS = [61, 291] as const;
export const UPPER_LIP_TOP = 0;
export const NOSE_BASE = 2;

/** The lips' contours, once around. */
export const LIP_INNER = [
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
] as const;
export const LIP_OUTER = [
  61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
] as const;

/** Inner contour of the lips from the image's left corner to the right one. */
export const LIP_UPPER_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308] as const;
export const LIP_LOWER_INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308] as const;

/** Rows beside the inner contour with the share of a correction of the contour that they take. */
export const LIP_UPPER_ROWS = [
  { points: [183, 42, 41, 38, 12, 268, 271, 272, 407], share: 0.7 },
  { points: [184, 74, 73, 72, 11, 302, 303, 304, 408], share: 0.3 },
] as const;
export const LIP_LOWER_ROWS = [
  { points: [96, 89, 179, 86, 15, 316, 403, 319, 325], share: 0.7 },
  { points: [77, 90, 180, 85, 16, 315, 404, 320, 307], share: 0.3 },
] as const;

/** An eye: its lids' contours from the image's left corner to the right one, the rows of skin beside them, and its iris. */
export interface EyeTopology {
  upper: readonly number[];
  lower: readonly number[];
  /** The crease above, the skin below the brow, and the skin under the eye; one point per inner point of the contours. */
  crease: readonly number[];
  browSkin: readonly number[];
  underEye: readonly number[];
  /** Whether the outer corner is the image's left one. */
  isOuterLeft: boolean;
  iris: number;
  irisEdge: readonly [number, number];
}

export const LEFT_EYE: EyeTopology = {
  upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
  lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
  crease: [247, 30, 29, 27, 28, 56, 190],
  browSkin: [113, 225, 224, 223, 222, 221, 189],
  underEye: [31, 228, 229, 230, 231, 232, 233],
  isOuterLeft: true,
  iris: 468,
  irisEdge: [469, 471],
};

export const RIGHT_EYE: EyeTopology = {
  upper: [362, 398, 384, 385, 386, 387, 388, 466, 263],
  lower: [362, 382, 381, 380, 374, 373, 390, 249, 263],
  crease: [414, 286, 258, 257, 259, 260, 467],
  browSkin: [413, 441, 442, 443, 444, 445, 342],
  underEye: [453, 452, 451, 450, 449, 448, 261],
  isOuterLeft: false,
  iris: 473,
  irisEdge: [474, 476],
};
