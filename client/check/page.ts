// The check page's conductor: starts the checks, shows each as it becomes known, and the verdict and the report at their end.
import { element } from '../src/dom.ts';
import { runChecks } from './checks.ts';
import { type Finding, type Findings, STEP_NAMES, STEPS, type Step } from './findings.ts';
import { writeReport } from './report.ts';
import { judge, type Verdict } from './verdict.ts';

const OUTCOME_WORDS = { works: 'Works', warned: 'Mind this', fails: 'Does not work', absent: 'Not tried' };
const RUNNING: { title: string; advice: string } = {
  title: 'Trying every way to the server',
  advice: 'This takes a few seconds. Nothing is recorded, and the microphone stays closed.',
};

export class CheckPage {
  readonly #list = element('findings', HTMLOListElement);
  readonly #report = element('report', HTMLTextAreaElement);
  readonly #copy = element('copy', HTMLButtonElement);
  readonly #again = element('again', HTMLButtonElement);
  #findings: Findings = {};
  #leaving = new AbortController();

  async start(): Promise<void> {
    this.#again.addEventListener('click', () => void this.#run());
    this.#copy.addEventListener('click', () => void this.#copyReport());
    // Who leaves in the middle leaves no conversation behind.
    window.addEventListener('pagehide', () => this.#leaving.abort());
    await this.#run();
  }

  async #run(): Promise<void> {
    this.#leaving = new AbortController();
    this.#findings = {};
    this.#report.value = '';
    this.#copy.disabled = true;
    this.#again.disabled = true;
    document.body.dataset.state = 'running';
    this.#showVerdict({ mood: 'running', ...RUNNING });
    this.#list.replaceChildren(...STEPS.map((step) => row(step)));
    await runChecks((step, finding) => this.#found(step, finding), this.#leaving.signal);
    const verdict = judge(this.#findings);
    // What was not reached because something before it failed.
    for (const step of STEPS) {
      if (this.#findings[step] === undefined)
        this.#found(step, { outcome: 'absent', detail: 'What comes before it does not work.' });
    }
    this.#showVerdict(verdict);
    const page = { address: location.href, browser: navigator.userAgent, time: new Date() };
    this.#report.value = writeReport(this.#findings, verdict, page);
    this.#copy.disabled = false;
    this.#again.disabled = false;
    document.body.dataset.state = 'done';
  }

  #found(step: Step, finding: Finding): void {
    this.#findings[step] = finding;
    this.#list.querySelector(`[data-step="${step}"]`)?.replaceWith(row(step, finding));
  }

  #showVerdict({ mood, title, advice }: Omit<Verdict, 'mood'> & { mood: Verdict['mood'] | 'running' }): void {
    element('verdict', HTMLElement).dataset.mood = mood;
    element('verdict-title', HTMLElement).textContent = title;
    element('verdict-advice', HTMLElement).textContent = advice;
  }

  async #copyReport(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#report.value);
      element('copied', HTMLElement).textContent = 'The report is copied.';
      this.#copy.textContent = 'Copied';
      window.setTimeout(() => {
        this.#copy.textContent = 'Copy the report';
      }, 2000);
    } catch {
      // Pages that are not secure have no clipboard: the text is marked, to be copied by hand.
      this.#report.focus();
      this.#report.select();
    }
  }
}

function row(step: Step, finding?: Finding): HTMLLIElement {
  const item = document.createElement('li');
  item.dataset.step = step;
  item.dataset.outcome = finding?.outcome ?? 'running';
  const mark = document.createElement('i');
  mark.setAttribute('aria-hidden', 'true');
  const name = document.createElement('strong');
  name.textContent = STEP_NAMES[step];
  const state = document.createElement('span');
  state.className = 'outcome';
  state.textContent = finding === undefined ? 'Trying' : OUTCOME_WORDS[finding.outcome];
  const detail = document.createElement('p');
  const roundTripMs = finding?.roundTripMs;
  const roundTrip = roundTripMs === undefined ? [] : [`${Math.max(1, Math.round(roundTripMs))} ms there and back.`];
  detail.textContent = [finding?.detail ?? '', ...roundTrip].join(' ');
  item.append(mark, name, state, detail);
  return item;
}
