"""The ICT face's geometry for rendering mouths: people, expressions of speech, and MediaPipe's landmarks on them.

Lengths are centimetres, axes the model's own: x to the picture's right, y up, z towards the camera. Source: ICT FaceKit (MIT).
"""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

import config
from face import mesh
from face.expressions import FACE_VERTICES, surface_weights
from painter import crop

SKIN, SOCKET, GUMS, TEETH = range(4)  # materials; the tongue is a share of the gums' vertices
PARTS = {"face": SKIN, "head_neck": SKIN, "mouth_socket": SOCKET, "gums_tongue": GUMS, "teeth": TEETH}
TOP, BACK = 4.0, -1.0  # nothing above this height or behind this depth can be seen in a crop
LIP_CORNERS = (60, 64)  # Multi-PIE points
IDENTITY_SPREAD = 0.8
ROW_SHARES = {0.7: 2 / 3, 0.35: 1 / 3}  # rows of lip landmarks between the outer (0) and the inner (1) contour
UPPER_OUTER = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291]
LOWER_OUTER = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291]


def smoothstep(low, high, x):
    at = np.clip((x - low) / (high - low), 0, 1)
    return at * at * (3 - 2 * at)


class Head:
    """All that doesn't change from person to person; `person` and `posed` make vertices."""

    def __init__(self):
        folder = config.data_dir() / "ict-facekit"
        model = dict(np.load(folder / "ict_light.npz"))
        ranges = dict(zip(model["part_names"].tolist(), model["part_ranges"].tolist()))
        material = np.full(len(model["neutral"]), -1)
        for part, kind in PARTS.items():
            material[slice(*ranges[part])] = kind
        faces = model["faces"]
        triangles = np.concatenate([faces[:, :3], faces[faces[:, 3] >= 0][:, [0, 2, 3]]])
        middle = model["neutral"][triangles].mean(1)
        inside = material[triangles] > SKIN
        near = (material[triangles] >= 0).all(1) & (inside.all(1) | ((middle[:, 1] < TOP) & (middle[:, 2] > BACK)))
        self.kept = np.unique(np.concatenate([triangles[near].ravel(), np.arange(FACE_VERTICES)]))  # all of the face, for landmarks
        place = np.full(len(material), -1)
        place[self.kept] = np.arange(len(self.kept))
        self.triangles = np.ascontiguousarray(place[triangles[near]].astype(np.int32))
        self.material = material[self.kept]
        self.rest = model["neutral"][self.kept].astype(np.float64)
        names = [str(name) for name in model["expression_names"]]
        self.shapes = {name: model["expressions"][i][self.kept].astype(np.float32) for i, name in enumerate(names) if name.startswith(("jaw", "mouth", "cheekPuff", "nose"))}
        self.modes = np.load(folder / "ict_identities50.npz")["identities"][:, self.kept].astype(np.float32)
        self._find_teeth_and_tongue()
        self._find_lips(model["landmarks68"])

    def _find_teeth_and_tongue(self):
        """Which vertices are which tooth, which jaw's, and the tongue's share [vertices]."""
        down = -self.shapes["jawOpen"][:, 1]
        teeth = np.flatnonzero(self.material == TEETH)
        local = np.full(len(self.rest), -1)
        local[teeth] = np.arange(len(teeth))
        edges = self.triangles[(self.material[self.triangles] == TEETH).all(1)]
        pairs = local[np.concatenate([edges[:, :2], edges[:, 1:]])]
        _, label = connected_components(coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(teeth),) * 2))
        self.teeth = [teeth[label == k] for k in range(label.max() + 1)]
        self.lower_tooth = np.array([down[tooth].mean() > 0.5 for tooth in self.teeth])
        lower = np.concatenate([tooth for tooth, is_lower in zip(self.teeth, self.lower_tooth) if is_lower])
        away, _ = cKDTree(self.rest[lower][:, [0, 2]]).query(self.rest[:, [0, 2]])
        x, y, z = self.rest.T
        self.tongue = (self.material == GUMS) * (down > 0.2) * smoothstep(-4.6, -4.2, y) * smoothstep(0.1, 0.25, away)
        self.tongue_tip = self.tongue * smoothstep(5.5, 9.0, z)
        self.upper_gums = (self.material == GUMS) & (down < 0.1)

    def _find_lips(self, landmarks68):
        """Landmark weights, and which vertices belong to the upper (+) and lower (-) lip by their way along the skin to its rim."""
        neutral = np.fromfile(config.SHIPPED / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3).astype(np.float64)
        weights, _, _ = surface_weights(neutral, self.rest[:FACE_VERTICES], landmarks68)
        self.landmark_weights = csr_matrix(weights)
        self.corners = landmarks68[list(LIP_CORNERS)]
        skin = self.triangles[(self.triangles < FACE_VERTICES).all(1)]
        edges = np.sort(np.concatenate([skin[:, :2], skin[:, 1:], skin[:, ::2]]), 1)
        unique, count = np.unique(edges, axis=0, return_counts=True)
        corner = self.rest[self.corners]
        rim = unique[count == 1]
        away = np.linalg.norm(self.rest[rim[:, 0]] - [0, corner[0, 1], corner[:, 2].mean() + 0.5], axis=1)
        rim = np.unique(rim[away < 3])
        lengths = np.linalg.norm(self.rest[unique[:, 0]] - self.rest[unique[:, 1]], axis=1)
        graph = csr_matrix((lengths, unique.T), shape=(FACE_VERTICES,) * 2)
        opened = self.rest[rim] + 0.5 * self.shapes["jawOpen"][rim]
        ends = opened[[np.argmin(opened[:, 0]), np.argmax(opened[:, 0])]]
        above_ends = opened[:, 1] - np.interp(opened[:, 0], ends[:, 0], ends[:, 1])
        upper, lower = rim[above_ends >= 0], rim[above_ends <= 0]  # the corners are both
        ways = [dijkstra(graph, directed=False, indices=chain, min_only=True, limit=8) for chain in (upper, lower)]
        above, below = (np.minimum(way, 8) for way in ways)
        self.upperness = np.zeros(len(self.rest), np.float32)
        self.upperness[:FACE_VERTICES] = np.clip(below - above, -1, 1)
        self.rim = rim

    def person(self, rng):
        """Vertices [v, 3] of a random person at rest: face, jaws, and teeth of their own."""
        vertices = self.rest + np.tensordot(rng.normal(0, IDENTITY_SPREAD, len(self.modes)), self.modes, 1)
        upper_down, lower_down = rng.uniform(-0.15, 0.3), rng.uniform(-0.12, 0.12)
        crowded, size = rng.choice([0.006, 0.012, 0.03], p=[0.5, 0.35, 0.15]), rng.normal(1.03, 0.03)
        for tooth, is_lower in zip(self.teeth, self.lower_tooth):
            middle = vertices[tooth].mean(0)
            turn = rng.normal(0, crowded * 2)
            away = (vertices[tooth] - middle) * [size, 1, 1]
            around = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
            vertices[tooth] = middle + away @ around.T + rng.normal(0, crowded, 3) * [1, 1.2, 0.7]
            vertices[tooth, 1] -= lower_down if is_lower else upper_down
        vertices[self.upper_gums, 1] -= upper_down
        return vertices

    def posed(self, person, amounts, tongue):
        """Vertices with an expression: amounts {shape: 0..1}; tongue (up, forward, down at the back) in centimetres."""
        vertices = person.copy()
        for name, amount in amounts.items():
            vertices += np.float32(amount) * self.shapes[name]
        up, forward, low = tongue
        vertices[:, 1] += self.tongue_tip * up - self.tongue * low
        vertices[:, 2] += self.tongue_tip * forward
        return vertices

    def landmarks(self, vertices):
        """[478, 3] on the surface of the face."""
        return self.landmark_weights @ vertices[:FACE_VERTICES]


def expression(rng):
    """Random lips of speech: ({shape: amount}, tongue)."""
    kind = rng.choice(["open", "wide", "round", "teeth_on_lip", "closed", "tongue", "hiss", "laugh", "any"],
                      p=[0.2, 0.13, 0.13, 0.06, 0.12, 0.1, 0.1, 0.06, 0.1])
    u = rng.uniform
    a = {}
    tongue = [u(-0.2, 0.3), u(-0.3, 0.1), u(0, 0.9)]
    if kind == "open":
        a = dict(jawOpen=0.08 + 0.55 * u(0, 1) ** 1.5, mouthStretch=u(0, 0.35), mouthFunnel=u(0, 0.3), mouthLowerDown=u(0, 0.4), mouthUpperUp=u(0, 0.3))
    elif kind == "wide":
        a = dict(jawOpen=u(0.02, 0.25), mouthSmile=u(0.1, 0.7), mouthStretch=u(0, 0.6), mouthLowerDown=u(0.1, 0.7), mouthUpperUp=u(0, 0.5))
    elif kind == "round":
        a = dict(jawOpen=u(0.02, 0.35), mouthPucker=u(0, 0.9), mouthFunnel=u(0, 0.8))
    elif kind == "teeth_on_lip":
        a = dict(jawOpen=u(0, 0.06), mouthRollLower=u(0.3, 0.7), mouthUpperUp=u(0.2, 0.6), mouthShrugUpper=u(0, 0.3))
    elif kind == "closed":
        jaw = u(0, 0.15)
        a = dict(jawOpen=jaw, mouthClose=jaw, mouthPress=u(0, 0.6), mouthRollUpper=u(0, 0.5), mouthRollLower=u(0, 0.5), mouthPucker=u(0, 0.5))
    elif kind == "tongue":
        a = dict(jawOpen=u(0.08, 0.3), mouthLowerDown=u(0.1, 0.5), mouthUpperUp=u(0, 0.3))
        tongue = [u(0.3, 1.1), u(0.1, 0.9), u(-0.2, 0.3)]
    elif kind == "hiss":
        a = dict(jawOpen=u(0, 0.08), mouthLowerDown=u(0.3, 0.9), mouthUpperUp=u(0.1, 0.6), mouthStretch=u(0, 0.5), mouthFunnel=u(0, 0.6))
    elif kind == "laugh":
        a = dict(jawOpen=u(0.05, 0.5), mouthSmile=u(0.5, 1), mouthUpperUp=u(0.1, 0.5), mouthLowerDown=u(0, 0.4))
    else:
        a = dict(jawOpen=u(0, 0.5), mouthSmile=u(0, 0.5), mouthFunnel=u(0, 0.5), mouthPucker=u(0, 0.4), mouthFrown=u(0, 0.5),
                 mouthLowerDown=u(0, 0.5), mouthUpperUp=u(0, 0.5), mouthShrugLower=u(0, 0.4))
    a.update(jawForward=u(0, 0.15), cheekPuff=u(0, 0.08), mouthDimple=u(0, 0.2))
    side = u(-0.12, 0.12)
    a.update({"jawRight": max(0, side), "jawLeft": max(0, -side), "mouthRight": max(0, side / 2), "mouthLeft": max(0, -side / 2)})
    return both_sides(rng, a), tongue


def rest_expression(rng):
    """A closed mouth as on portraits, sometimes with a slight smile."""
    u = rng.uniform
    a = dict(mouthPress=u(0, 0.3), mouthSmile=max(0, u(-0.2, 0.45)), mouthFrown=max(0, u(-0.4, 0.3)), mouthPucker=max(0, u(-0.4, 0.2)),
             mouthShrugLower=max(0, u(-0.2, 0.25)), mouthRollUpper=max(0, u(-0.3, 0.2)), mouthRollLower=max(0, u(-0.3, 0.2)))
    return both_sides(rng, a), [0, 0, 0]


def both_sides(rng, amounts):
    """Shapes that the model has once per side, with a little asymmetry."""
    sided = {"mouthDimple", "mouthFrown", "mouthLowerDown", "mouthPress", "mouthSmile", "mouthStretch", "mouthUpperUp", "cheekPuff"}
    out = {}
    for name, amount in amounts.items():
        if amount <= 0:
            continue
        if name in sided:
            out[name + "_L"], out[name + "_R"] = amount * rng.uniform(0.75, 1.1), amount * rng.uniform(0.75, 1.1)
        else:
            out[name] = amount
    return out


def snapped(points, corners, seen_skin, upperness, scale):
    """Landmarks [478, 2] whose inner lips lie where the picture's lips end, to the pixel; the rows beside them between both contours.

    points and corners [2, 2] in the picture's pixels times scale; seen_skin, upperness [size, size]: what each pixel shows.
    """
    points = points.copy()
    fractions = (points[crop.UPPER_INNER, 0] + points[crop.LOWER_INNER, 0]) / 2
    fractions = np.linspace(0, 1, 11) if np.any(np.diff(fractions) <= 0) else (fractions - fractions[0]) / (fractions[-1] - fractions[0])
    size = len(seen_skin)
    middle = corners[:, 1].mean() * scale
    reach = 0.32 * np.linalg.norm(points[263] - points[33]) * scale
    rows = slice(max(0, int(middle - reach)), min(size, int(middle + 1.4 * reach)))
    inside = ~seen_skin[rows]
    columns = np.flatnonzero(inside.any(0))
    ends = corners.copy()
    if len(columns):  # the opening may reach farther than the corners' vertices
        ends[0, 0], ends[1, 0] = min(ends[0, 0], columns[0] / scale), max(ends[1, 0], (columns[-1] + 1) / scale)
    x = ends[0, 0] + fractions * (ends[1, 0] - ends[0, 0])
    for i in range(11):
        column = min(max(int(x[i] * scale), 0), size - 1)
        gap = np.flatnonzero(inside[:, column])
        if i in (0, 10):
            top = bottom = ends[i // 10, 1]
        elif len(gap):
            top, bottom = (rows.start + gap[0]) / scale, (rows.start + gap[-1] + 1) / scale
        else:
            lower = upperness[rows, column] < 0
            if not lower.any() or lower[0]:
                continue
            top = bottom = (rows.start + np.argmax(lower)) / scale
        points[crop.UPPER_INNER[i]] = x[i], top
        points[crop.LOWER_INNER[i]] = x[i], bottom
    for outer, inner, table in ((UPPER_OUTER, crop.UPPER_INNER, crop.UPPER_ROWS), (LOWER_OUTER, crop.LOWER_INNER, crop.LOWER_ROWS)):
        for row, share in table:
            at = ROW_SHARES[share]
            points[row[1:-1]] = points[outer[1:-1]] * (1 - at) + points[inner[1:-1]] * at
    for side, outer, inner in ((0, 61, 78), (1, 291, 308)):
        points[[62, 292][side]] = points[outer] / 3 + points[inner] * 2 / 3
        points[[76, 306][side]] = points[outer] * 2 / 3 + points[inner] / 3
    return points
