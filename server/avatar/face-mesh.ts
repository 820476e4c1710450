// Which of MediaPipe's 478 landmarks are what, as far as preparing a portrait needs it ("left" is the image's left).

export const EYE_CORNERS = [33, 263] as const;

/** Points that neither speech nor lids move: the head's pose is read from them, the same ones that the motion basis was fitted with. */
export const SKULL = [
  10, 109, 67, 103, 54, 21, 162, 127, 338, 297, 332, 284, 251, 389, 356, 151, 168, 6, 197, 195, 5, 4, 33, 133, 362, 263,
] as const;

/** Outline of the face, closed. */
export const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** Inner contour of the lips from the image's left corner to the right one. */
export const LIP_UPPER_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308] as const;
export const LIP_LOWER_INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308] as const;

/** Corners of the lips' outer contour. */
export const MOUTH_CORNERS = [61, 291] as const;

/** Rows of lip points that follow the inner contour outwards, with the share of its shift that they take. */
export const LIP_UPPER_ROWS = [
  { points: [62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292], share: 0.7 },
  { points: [76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306], share: 0.35 },
] as const;
export const LIP_LOWER_ROWS = [
  { points: [62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292], share: 0.7 },
  { points: [76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306], share: 0.35 },
] as const;

/** Everything that belongs to the upper and to the lower lip, outer contours included. */
export const UPPER_LIP = [
  ...[185, 40, 39, 37, 0, 267, 269, 270, 409],
  ...LIP_UPPER_ROWS[0].points,
  ...LIP_UPPER_ROWS[1].points,
  ...LIP_UPPER_INNER,
] as const;

/** Skin without hair, shadow of the nose or beard on most faces: cheeks below the eyes and the bridge of the nose. */
export const SKIN_PATCHES = [50, 280, 101, 330, 36, 266, 205, 425, 195] as const;
export const LIP_PATCHES = [17, 84, 314, 16, 85, 315, 0, 37, 267] as const;

export const EYES = [
  {
    contour: [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
    iris: 468,
    irisEdge: [469, 471],
  },
  {
    contour: [362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382],
    iris: 473,
    irisEdge: [474, 476],
  },
] as const;
