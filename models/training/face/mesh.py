"""Which of MediaPipe's 478 face landmarks are what (left and right are those of the image)."""
import numpy as np

POINTS = 478
EYE_CORNERS = (33, 263)  # outer corners: their distance in the neutral face is the unit of length
LIP_OPENING, LIP_WIDTH, JAW = (13, 14), (78, 308), (1, 152)
EYE_LEFT, EYE_RIGHT = (159, 145), (386, 374)

LIPS = np.array([
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415])
BROWS = np.array([70, 63, 105, 66, 107, 55, 65, 52, 53, 46, 300, 293, 334, 296, 336, 285, 295, 282, 283, 276])
LIDS_LEFT = np.array([
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173,
    130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190])
LIDS_RIGHT = np.array([
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398,
    359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414])
IRIS_LEFT, IRIS_RIGHT = np.arange(468, 473), np.arange(473, 478)
# Points that neither speech nor lids move: the skull's, from which the head's pose is read.
SKULL = np.array([
    10, 109, 67, 103, 54, 21, 162, 127, 338, 297, 332, 284, 251, 389, 356, 151, 168, 6, 197, 195, 5, 4, 33, 133, 362, 263])


def distance(points, pair):
    """Distance [frames] in the image plane between two landmarks of points [frames, 478, 3]; depth is left out: it is a guess."""
    return np.linalg.norm(points[:, pair[0], :2] - points[:, pair[1], :2], axis=-1)
