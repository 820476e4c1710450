// Agreeing by reading aloud: a sentence with a one-time code, and the check that it was read, by whoever is in the portrait.
import { randomInt } from 'node:crypto';
import { type ConsentRecord, describePerson, isSameFace, type SpokenChallenge } from '../../avatar/index.ts';
import { VaktraError } from '../../errors.ts';
import { digitsToRead, hearSentence, type Recogniser, readingLanguages } from '../../speech/index.ts';
import { consentSentence, SENTENCE_LANGUAGES } from './sentences.ts';
import { readConsentSound } from './wav-sound.ts';

/** One in half a million by chance, and five tries; without zero, which is said in two ways. */
const CODE_DIGITS = 6;
const LEAST_DIGIT = 1;
const DIGITS_END = 10;
const MAX_ATTEMPTS = 5;
const MINUTE_MS = 60_000;

/** Languages in which a sentence can be read here: there is one, and something recognises it. */
export function spokenLanguages(recogniser: Recogniser | undefined): string[] {
  const heard = readingLanguages(recogniser);
  return heard === undefined ? SENTENCE_LANGUAGES : SENTENCE_LANGUAGES.filter((language) => heard.includes(language));
}

/** @throws VaktraError `consent_not_spoken` */
export function newChallenge(language: string, recogniser: Recogniser | undefined, minutes: number): SpokenChallenge {
  const sentence = consentSentence(language);
  const known = spokenLanguages(recogniser);
  if (sentence === undefined || !known.includes(language.split('-')[0]?.toLowerCase() ?? language)) {
    const instead = known.length > 0 ? `read it in one of ${known.join(', ')}, or upload` : 'upload';
    const words = `Nothing here recognises what is read in "${language}": ${instead} a signed document.`;
    throw new VaktraError('consent_not_spoken', words);
  }
  const code = Array.from({ length: CODE_DIGITS }, () => randomInt(LEAST_DIGIT, DIGITS_END)).join('');
  const expiresAt = new Date(Date.now() + minutes * MINUTE_MS).toISOString();
  return { language, sentence: `${sentence} ${digitsToRead(code)}`, code, expiresAt, attempts: 0 };
}

/** @throws VaktraError `consent_code_expired` for a record that is not, or no longer, waiting for its sentence */
export function openChallenge({ status, challenge }: ConsentRecord): SpokenChallenge {
  if (status === 'pending' && challenge) {
    if (challenge.attempts >= MAX_ATTEMPTS) {
      throw codeExpired(`The sentence was read wrongly ${MAX_ATTEMPTS} times: start again with a new code.`);
    }
    if (challenge.expiresAt > new Date().toISOString()) return challenge;
    throw codeExpired('The code is too old: start again with a new one.');
  }
  throw codeExpired('This record waits for no sentence: its code was used, or it was taken back. Start again.');
}

/**
 * @param answer WAV of the reading, and a picture from the camera meanwhile
 * @param portrait the avatar's picture
 * @returns the face's description
 * @throws VaktraError `consent_sentence_wrong`, `consent_face_differs`, `picture_*` where the camera's picture shows no usable face,
 *   `invalid_message` for a sound that cannot be read
 */
export async function checkReading(
  challenge: SpokenChallenge,
  answer: { sound: Uint8Array; picture: Uint8Array },
  portrait: { image: Uint8Array; face: number | undefined },
  recogniser: Recogniser,
): Promise<Float32Array> {
  const pcm = readConsentSound(answer.sound);
  const { language, code } = challenge;
  const text = consentSentence(language) ?? '';
  const heard = await hearSentence(recogniser, { language, text, digits: CODE_DIGITS }, pcm);
  if (!heard.isWhole) {
    const sentence = 'The sentence was not understood: read it whole as it stands there, slowly and in a quiet room.';
    throw new VaktraError('consent_sentence_wrong', sentence);
  }
  if (heard.digits !== code) {
    const sentence = `The digits were understood as ${digitsToRead(heard.digits) || 'none'}: read the sentence again.`;
    throw new VaktraError('consent_sentence_wrong', sentence);
  }
  const [filmed, shown] = [await describePerson(answer.picture), await describePerson(portrait.image, portrait.face)];
  if (!isSameFace(filmed, shown)) {
    const sentence =
      'The face before the camera is not the one in the portrait: whoever is shown must read it themselves.';
    throw new VaktraError('consent_face_differs', sentence);
  }
  return filmed;
}

function codeExpired(sentence: string): VaktraError {
  return new VaktraError('consent_code_expired', sentence);
}
