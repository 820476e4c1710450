// The text fields of a form as an object that a schema can check.
import { textIn } from '../upload.ts';

/** The fields of the form that are filled in; what is empty counts as left out. */
export function textsIn(form: FormData, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = textIn(form, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
