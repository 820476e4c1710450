// Puts a transparent avatar together: a video whose lower half says how opaque the upper one is (docs/background.md) becomes a
// canvas with alpha, by WebGL, once for each picture that arrives.

const VERTICES = `
attribute vec2 corner;
varying vec2 place;
void main() {
  place = corner * 0.5 + 0.5;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

/** The rows next to the seam are mixed with the other half by linear filtering, so half a row is left out. */
const COLOURS = `
precision mediump float;
varying vec2 place;
uniform sampler2D video;
uniform float halfRow;
void main() {
  float row = clamp(place.y * 0.5, halfRow, 0.5 - halfRow);
  vec3 colour = texture2D(video, vec2(place.x, 0.5 + row)).rgb;
  float alpha = texture2D(video, vec2(place.x, row)).g;
  // The codec leaves a few levels of noise where there is nothing, and where all is opaque.
  alpha = clamp((alpha - 0.03) / 0.94, 0.0, 1.0);
  gl_FragColor = vec4(colour * alpha, alpha);
}`;

/** Two triangles over everything. */
const CORNERS = Float32Array.of(-1, -1, 1, -1, -1, 1, 1, 1);

export interface TransparentVideo {
  /** Stops drawing and frees what the graphics card holds; the canvas becomes empty. Harmless twice. */
  close(): void;
}

/**
 * Draws `video` into `canvas`, which takes the picture's size, until it is closed. The video element itself need not be seen, but has
 * to play. A lost WebGL context comes back by itself.
 *
 * @throws Error where the browser has no WebGL
 */
export function drawTransparent(video: HTMLVideoElement, canvas: HTMLCanvasElement): TransparentVideo {
  const options: WebGLContextAttributes = { alpha: true, premultipliedAlpha: true, antialias: false, depth: false };
  const gl = canvas.getContext('webgl', options);
  if (gl === null) throw new Error('This browser has no WebGL, which a transparent avatar needs.');
  let painter: Painter | undefined = new Painter(gl);
  let isClosed = false;
  let callback = 0;

  const draw = (): void => {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) painter?.draw(video, canvas);
  };
  const next = (): void => {
    draw();
    callback = video.requestVideoFrameCallback(next);
  };
  // Without preventDefault the context would not come back.
  const onLost = (event: Event): void => {
    event.preventDefault();
    painter = undefined;
  };
  const onRestored = (): void => {
    painter = new Painter(gl);
    draw();
  };
  canvas.addEventListener('webglcontextlost', onLost);
  canvas.addEventListener('webglcontextrestored', onRestored);
  // A paused video brings no further picture, so the one that is there is drawn at once.
  next();

  return {
    close() {
      if (isClosed) return;
      isClosed = true;
      video.cancelVideoFrameCallback(callback);
      canvas.removeEventListener('webglcontextlost', onLost);
      canvas.removeEventListener('webglcontextrestored', onRestored);
      painter?.close();
    },
  };
}

/** What lives in one WebGL context. */
class Painter {
  readonly #gl: WebGLRenderingContext;
  readonly #program: WebGLProgram;
  readonly #corners: WebGLBuffer;
  readonly #texture: WebGLTexture;
  readonly #halfRow: WebGLUniformLocation | null;

  constructor(gl: WebGLRenderingContext) {
    this.#gl = gl;
    this.#program = linked(gl);
    gl.useProgram(this.#program);
    this.#corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#corners);
    gl.bufferData(gl.ARRAY_BUFFER, CORNERS, gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(this.#program, 'corner');
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    this.#texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    // Sizes that are no powers of two allow nothing else.
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    this.#halfRow = gl.getUniformLocation(this.#program, 'halfRow');
  }

  draw(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
    const gl = this.#gl;
    const [width, height] = [video.videoWidth, video.videoHeight / 2];
    if (width === 0 || gl.isContextLost()) return;
    // Setting a canvas' size empties it, so only where it changed.
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, video);
    gl.uniform1f(this.#halfRow, 0.5 / video.videoHeight);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, CORNERS.length / 2);
  }

  close(): void {
    const gl = this.#gl;
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.deleteTexture(this.#texture);
    gl.deleteBuffer(this.#corners);
    gl.deleteProgram(this.#program);
  }
}

function linked(gl: WebGLRenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTICES],
    [gl.FRAGMENT_SHADER, COLOURS],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error('WebGL made no shader.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    // It lives on in the program.
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(`WebGL refused the shaders: ${gl.getProgramInfoLog(program)}`);
  return program;
}
