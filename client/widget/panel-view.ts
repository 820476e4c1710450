// The opened widget's elements: built once, shown by data attributes and panel.css. Decides nothing.
import { h, icon } from './build.ts';
import type { PanelTexts } from './panel-texts.ts';

export interface PanelView {
  panel: HTMLElement;
  poster: HTMLImageElement;
  video: HTMLVideoElement;
  canvas: HTMLCanvasElement;
  captions: HTMLElement;
  status: HTMLElement;
  veilText: HTMLElement;
  veilButton: HTMLButtonElement;
  sound: HTMLButtonElement;
  minimise: HTMLButtonElement;
  end: HTMLButtonElement;
  stop: HTMLButtonElement;
  log: HTMLOListElement;
  notice: HTMLElement;
  form: HTMLFormElement;
  message: HTMLInputElement;
  send: HTMLButtonElement;
  microphone: HTMLButtonElement;
}

/** Longest question that the server takes, in characters. */
const MAX_QUESTION_CHARS = '2000';

export function buildPanel(texts: PanelTexts, heading: string, isDialog: boolean): PanelView {
  const button = (name: string, label: string, ...icons: Parameters<typeof icon>): HTMLButtonElement =>
    h(
      'button',
      { type: 'button', class: `round ${name}`, part: `button ${name}`, 'aria-label': label, title: label },
      ...icons.map((each) => icon(each)),
    );
  const view = {
    poster: h('img', { class: 'poster', part: 'poster', alt: '', crossorigin: 'anonymous' }),
    video: h('video', { class: 'video', part: 'video', playsinline: true, disablepictureinpicture: true }),
    canvas: h('canvas', { class: 'canvas', part: 'video', 'aria-hidden': 'true' }),
    captions: h('p', { class: 'captions', part: 'captions', 'aria-hidden': 'true' }),
    status: h('span', { class: 'status-text' }),
    veilText: h('p', { class: 'veil-text' }),
    veilButton: h('button', { type: 'button', class: 'primary', part: 'button primary' }),
    sound: button('sound', texts.soundOn, 'soundOn'),
    minimise: button('minimise', texts.minimise, 'minimise'),
    end: button('end', texts.end, 'end'),
    stop: h('button', { type: 'button', class: 'stop', part: 'button stop' }, icon('stop'), texts.stop),
    log: h('ol', { class: 'log', part: 'log', role: 'log', 'aria-label': texts.log, tabindex: '0' }),
    notice: h('p', { class: 'hint', part: 'notice', role: 'status' }),
    form: h('form', { class: 'composer', part: 'composer' }),
    message: h('input', {
      class: 'message',
      part: 'input',
      type: 'text',
      'aria-label': texts.message,
      placeholder: texts.message,
      maxlength: MAX_QUESTION_CHARS,
      autocomplete: 'off',
      enterkeyhint: 'send',
      dir: 'auto',
    }),
    send: h(
      'button',
      { type: 'submit', class: 'round send', part: 'button send', 'aria-label': texts.send, title: texts.send },
      icon('send'),
    ),
    microphone: button('microphone', texts.hold, 'microphone'),
  };
  view.video.setAttribute('aria-label', heading);
  view.form.append(view.microphone, view.message, view.send);
  const stage = h(
    'div',
    { class: 'stage', part: 'stage' },
    view.poster,
    view.video,
    view.canvas,
    h(
      'div',
      { class: 'veil', part: 'veil' },
      h('span', { class: 'spinner', 'aria-hidden': 'true' }),
      view.veilText,
      view.veilButton,
    ),
    h(
      'header',
      { class: 'bar', part: 'header' },
      h(
        'p',
        { class: 'who' },
        h('strong', { class: 'name', part: 'heading' }, heading),
        h('span', { class: 'status', role: 'status' }, view.status),
      ),
      view.sound,
      view.minimise,
      view.end,
    ),
    h('div', { class: 'foot' }, view.captions, view.stop),
  );
  const talk = h(
    'div',
    { class: 'talk', part: 'talk' },
    view.log,
    view.notice,
    view.form,
    h('p', { class: 'disclosure', part: 'disclosure' }, texts.disclosure),
  );
  const panel = h(
    'section',
    { class: 'panel', part: 'panel', role: isDialog ? 'dialog' : 'region', 'aria-label': heading },
    stage,
    talk,
  );
  return { panel, ...view };
}
