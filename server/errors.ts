// The one error class and the one list of codes. docs/errors.md documents each; a test holds list and page together.

/** Code -> HTTP status. Codes are part of the API: never rename one. */
export const ERROR_STATUS = {
  // what a client sent
  invalid_message: 400,
  message_not_decodable: 400,
  message_too_large: 413,
  text_empty: 400,
  text_too_long: 400,
  language_unknown: 400,
  audio_rate_unsupported: 400,
  audio_odd_length: 400,
  audio_backlog_full: 429,
  consent_missing: 400,
  consent_unknown: 404,
  consent_revoked: 403,
  consent_expired: 403,
  consent_code_expired: 410,
  consent_sentence_wrong: 400,
  consent_face_differs: 400,
  consent_not_spoken: 400,
  document_refused: 415,
  avatar_unknown: 404,
  portrait_unknown: 404,
  picture_unreadable: 400,
  picture_too_large: 413,
  picture_type_refused: 415,
  picture_too_small: 400,
  picture_no_face: 400,
  picture_several_faces: 400,
  picture_face_unknown: 400,
  picture_not_human: 400,
  picture_turned_away: 400,
  picture_mouth_covered: 400,
  picture_blurred: 400,
  picture_too_dark: 400,
  picture_burnt_out: 400,
  conversation_unknown: 404,
  conversation_ending: 408,
  conversation_closed: 410,
  conversations_full: 503,
  conversation_taken: 409,
  conversation_not_taken: 409,
  transport_failed: 400,
  route_unknown: 404,
  token_missing: 401,
  token_expired: 401,
  token_invalid: 401,
  origin_not_allowed: 403,
  scope_missing: 403,
  kiosk_unknown: 404,
  url_refused: 400,
  brain_failed: 502,
  recognition_failed: 502,
  moderation_refused: 422,
  // what the operator set up
  config_invalid: 500,
  port_in_use: 500,
  model_missing: 500,
  model_damaged: 500,
  worker_binary_missing: 500,
  speech_engine_missing: 500,
  speech_failed: 502,
  recognition_missing: 500,
  knowledge_missing: 500,
  voice_unreadable: 400,
  output_unwritable: 500,
  data_unusable: 500,
  // what should not happen, and ends one conversation at most
  invalid_sample: 500,
  conversation_failed: 500,
  internal: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Where a face is, in shares (0..1) of the upright picture's width and height. */
export interface FaceBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface VaktraErrorOptions extends ErrorOptions {
  /** The faces of a picture that shows several, from left to right: a caller may choose one by its place in the list. */
  faces?: readonly FaceBox[] | undefined;
}

/** An error that a caller can act on: `message` names what was received and says what to do. */
export class VaktraError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly faces: readonly FaceBox[] | undefined;

  constructor(code: ErrorCode, message: string, options?: VaktraErrorOptions) {
    super(message, options);
    this.name = 'VaktraError';
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.faces = options?.faces;
  }

  /** As it goes over the wire; the cause stays in the log. */
  toJSON(): { code: ErrorCode; status: number; message: string; faces?: readonly FaceBox[] } {
    const { code, status, message, faces } = this;
    return { code, status, message, ...(faces && { faces }) };
  }
}

/** Any thrown value as a VaktraError; what is not one already becomes `internal` with its cause kept. */
export function toVaktraError(error: unknown): VaktraError {
  if (error instanceof VaktraError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new VaktraError('internal', `Something failed inside the server (${message}): see the log.`, { cause: error });
}
