// Finds faces, their 478 landmarks, persons and animals with @vladmandic/human on tfjs-wasm. Lives in a worker thread: a run blocks its thread.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LANDMARK_COUNT } from '../types.ts';
import type { RgbPicture } from './picture-input.ts';

/** Side of the face mesh model's input: its z comes in pixels of that input, x and y in pixels of the picture. */
const MESH_INPUT_PX = 192;
const MAX_FACES = 12;
/** Lets weak candidates through; `FoundFace` carries the scores, so that each caller draws its own line. */
const MIN_CONFIDENCE = 0.3;

export interface FoundFace {
  /** [478 * 3] in pixels of the picture, z away from the camera; x and y are exact to one pixel. */
  landmarks: Float32Array;
  /** Of the detector (is there a face) and of the mesh (is what was cut out a face), 0..1. */
  boxScore: number;
  meshScore: number;
}

/** Something that the object detector knows (COCO's names: person, cat, ...), in pixels of the picture. */
export interface SeenThing {
  label: string;
  score: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface FaceFinder {
  find(picture: RgbPicture): Promise<FoundFace[]>;
  /** What else is in the picture, to say why no face was found; loads its model at the first call. */
  see(picture: RgbPicture): Promise<SeenThing[]>;
  /** What tells people apart: 1024 numbers of the largest face, to be compared by their cosine; loads its model at the first call. */
  describe(picture: RgbPicture): Promise<Float32Array | undefined>;
  /** [3 * n] the mesh's triangles. */
  triangles: Uint16Array;
}

/** The few names of the library that are used here; its own types need a browser's. */
interface HumanLibrary {
  load(): Promise<void>;
  detect(tensor: unknown, config?: object): Promise<{ error: string | null; face: HumanFace[]; object: HumanObject[] }>;
  tf: { tensor(data: Uint8Array, shape: number[], type: 'float32'): unknown; dispose(tensor: unknown): void };
  faceTriangulation: number[];
}
interface HumanFace {
  mesh: [number, number, number][];
  size: [number, number];
  boxScore: number;
  faceScore: number;
  embedding?: number[];
}
interface HumanObject {
  label: string;
  score: number;
  box: [number, number, number, number];
}

/** A crowd far away gives weak finds, and only their number matters. */
const OBJECTS = { minConfidence: 0.2, maxDetected: 20, iouThreshold: 0.4 };

/** The mesh sees the detector's box enlarged by this; the library's own value. */
const BOX_SCALE = 1.4;

/**
 * Loads the models (about half a second). One per thread: tfjs keeps its backend in globals.
 *
 * @param boxScale a larger one shows the mesh more around the face
 */
export async function createFaceFinder(boxScale: number = BOX_SCALE): Promise<FaceFinder> {
  const require = createRequire(import.meta.url);
  // The package's exports lead to the browser build and to tfjs-node; the WASM build is only reached by its path.
  const packageDir = path.join(path.dirname(require.resolve('@vladmandic/human')), '..');
  const wasmDir = path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/');
  serveFileUrls();
  const wasm = require('@tensorflow/tfjs-backend-wasm') as { setThreadsCount(count: number): void };
  wasm.setThreadsCount(1);
  const { default: Human } = require(path.join(packageDir, 'dist', 'human.node-wasm.js')) as {
    default: new (config: object) => HumanLibrary;
  };
  const human = new Human({
    backend: 'wasm',
    wasmPath: wasmDir,
    modelBasePath: `${pathToFileURL(path.join(packageDir, 'models')).href}/`,
    async: false,
    cacheSensitivity: 0,
    filter: { enabled: false },
    gesture: { enabled: false },
    face: {
      enabled: true,
      detector: {
        rotation: true,
        scale: boxScale,
        maxDetected: MAX_FACES,
        minConfidence: MIN_CONFIDENCE,
        skipFrames: 0,
        skipTime: 0,
      },
      mesh: { enabled: true },
      iris: { enabled: true },
      emotion: { enabled: false },
      description: { enabled: false },
      antispoof: { enabled: false },
      liveness: { enabled: false },
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false, modelPath: 'centernet.json', ...OBJECTS, skipFrames: 0, skipTime: 0 },
    segmentation: { enabled: false },
  });
  await human.load();
  const detect = async (picture: RgbPicture, what: 'face' | 'description' | 'object') => {
    const tensor = human.tf.tensor(picture.data, [1, picture.height, picture.width, 3], 'float32');
    try {
      const config = {
        face: { enabled: what !== 'object', description: { enabled: what === 'description' } },
        object: { enabled: what === 'object' },
      };
      const result = await human.detect(tensor, config);
      if (result.error) throw new Error(`face detection failed: ${result.error}`);
      return result;
    } finally {
      human.tf.dispose(tensor);
    }
  };
  return {
    triangles: Uint16Array.from(human.faceTriangulation),
    async find(picture) {
      const { face } = await detect(picture, 'face');
      return face.filter(({ mesh }) => mesh.length === LANDMARK_COUNT).map(toFoundFace);
    },
    async describe(picture) {
      const { face } = await detect(picture, 'description');
      const largest = face.sort((a, b) => b.size[0] - a.size[0])[0];
      return largest?.embedding && Float32Array.from(largest.embedding);
    },
    async see(picture) {
      const { object } = await detect(picture, 'object');
      return object.map(({ label, score, box: [left, top, width, height] }) => ({
        label,
        score,
        left,
        top,
        width,
        height,
      }));
    },
  };
}

function toFoundFace(face: HumanFace): FoundFace {
  const depthScale = face.size[0] / MESH_INPUT_PX;
  // The library cuts coordinates to whole pixels; half a pixel more takes the bias away again.
  const landmarks = Float32Array.from(face.mesh.flatMap(([x, y, z]) => [x + 0.5, y + 0.5, z * depthScale]));
  return { landmarks, boxScore: face.boxScore, meshScore: face.faceScore };
}

/** tfjs loads models by fetch, and Node's fetch knows no file URLs: this thread's fetch learns them. */
function serveFileUrls(): void {
  const networkFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    if (!url.startsWith('file://')) return networkFetch(input, init);
    const type = url.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return new Response(await readFile(new URL(url)), { headers: { 'content-type': type } });
  };
}
