"""A z-buffer for triangles: which one each pixel sees, and its vertices' values there."""
import numba
import numpy as np

NOTHING = -1


@numba.njit(cache=True)
def rasterise(triangles, points, size):
    """Triangle [size, size] int32 (NOTHING where none) and barycentric weights [size, size, 3] that each pixel's middle sees.

    points [vertices, 3]: x, y in pixels; z is the distance from the camera, whose inverse is linear in the picture, as are the weights
    over it (perspective-correct).
    """
    seen = np.full((size, size), NOTHING, np.int32)
    weights = np.zeros((size, size, 3), np.float32)
    nearest = np.zeros((size, size))
    for t in range(len(triangles)):
        a, b, c = triangles[t]
        ax, ay, bx, by, cx, cy = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        za, zb, zc = 1 / points[a, 2], 1 / points[b, 2], 1 / points[c, 2]
        for row in range(max(0, int(np.ceil(min(ay, by, cy) - 0.5))), min(size, int(np.floor(max(ay, by, cy) - 0.5)) + 1)):
            for column in range(max(0, int(np.ceil(min(ax, bx, cx) - 0.5))), min(size, int(np.floor(max(ax, bx, cx) - 0.5)) + 1)):
                px, py = column + 0.5 - ax, row + 0.5 - ay
                of_b = (px * (cy - ay) - (cx - ax) * py) / area
                of_c = ((bx - ax) * py - px * (by - ay)) / area
                of_a = 1 - of_b - of_c
                if of_a < 0 or of_b < 0 or of_c < 0:
                    continue
                near = of_a * za + of_b * zb + of_c * zc
                if near > nearest[row, column]:
                    nearest[row, column], seen[row, column] = near, t
                    weights[row, column, 0] = of_a * za / near
                    weights[row, column, 1] = of_b * zb / near
                    weights[row, column, 2] = of_c * zc / near
    return seen, weights


@numba.njit(cache=True)
def interpolate(triangles, seen, weights, values):
    """The values [vertices, k] at every pixel [size, size, k]; zeros where nothing is seen."""
    size, kinds = seen.shape[0], values.shape[1]
    out = np.zeros((size, size, kinds), np.float32)
    for row in range(size):
        for column in range(size):
            t = seen[row, column]
            if t < 0:
                continue
            for corner in range(3):
                weight, vertex = weights[row, column, corner], triangles[t, corner]
                for k in range(kinds):
                    out[row, column, k] += weight * values[vertex, k]
    return out


@numba.njit(cache=True)
def normals(triangles, points):
    """Unit normals [vertices, 3], each the mean of its triangles' by area."""
    out = np.zeros_like(points)
    for t in range(len(triangles)):
        a, b, c = triangles[t]
        u, v = points[b] - points[a], points[c] - points[a]
        x, y, z = u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
        for vertex in (a, b, c):
            out[vertex, 0] += x
            out[vertex, 1] += y
            out[vertex, 2] += z
    for i in range(len(out)):
        length = np.sqrt((out[i] ** 2).sum())
        if length > 0:
            out[i] /= length
    return out
