// The kiosk's own words, in each of its languages; what it shares with the widget is in panel-texts.ts there.
import type { Language } from '../widget/options.ts';

export interface KioskTexts {
  /** The language's own name. */
  name: string;
  title: string;
  touch: string;
  orSpeak: string;
  /** Said to whoever passes by. */
  greeting: string;
  /** Said to whoever begins. */
  welcome: string;
  /** Said after a break in which the conversation was lost. */
  back: string;
  firstSound: string;
  topics: string;
  more: string;
  talk: string;
  release: string;
  stop: string;
  finish: string;
  language: string;
  wiped: string;
  stillThere: string;
  stay: string;
  wipedIn: (seconds: number) => string;
  away: string;
  awayHint: string;
  handOver: string;
  noMicrophone: string;
  insecure: string;
  noMedia: string;
  failed: string;
}

const en: KioskTexts = {
  name: 'English',
  title: 'How can I help you?',
  touch: 'Touch to begin',
  orSpeak: 'or say hello',
  greeting: 'Hello! Touch the screen, and ask me something.',
  welcome: 'Hello! What would you like to know?',
  back: 'I was away for a moment. What would you like to know?',
  firstSound: 'The sound comes with the first touch',
  topics: 'You can ask me',
  more: 'More questions',
  talk: 'Hold to talk',
  release: 'I am listening. Let go when you are done.',
  stop: 'Stop',
  finish: 'Finish',
  language: 'Language',
  wiped: 'Nothing of this conversation stays on this screen.',
  stillThere: 'Are you still there?',
  stay: 'Yes, go on',
  wipedIn: (seconds) => `This conversation ends in ${seconds} s.`,
  away: 'Back in a moment',
  awayHint: 'The connection is being made again. Nothing needs to be done.',
  handOver: 'You will be put through to a person. Please stay here.',
  noMicrophone: 'There is no microphone here. Touch a question instead.',
  insecure: 'The microphone works only on secure pages (https). Touch a question instead.',
  noMedia: 'Sound and picture cannot get through just now. You can read the answers.',
  failed: 'That did not work. Please try again.',
};

const hi: KioskTexts = {
  name: 'हिन्दी',
  title: 'मैं आपकी क्या मदद करूँ?',
  touch: 'शुरू करने के लिए छुएँ',
  orSpeak: 'या नमस्ते बोलें',
  greeting: 'नमस्ते! स्क्रीन छुएँ और मुझसे कुछ पूछें।',
  welcome: 'नमस्ते! आप क्या जानना चाहेंगे?',
  back: 'संपर्क पल भर के लिए टूट गया था। आप क्या जानना चाहेंगे?',
  firstSound: 'पहली बार छूने पर आवाज़ आएगी',
  topics: 'आप मुझसे पूछ सकते हैं',
  more: 'और सवाल',
  talk: 'बोलने के लिए दबाए रखें',
  release: 'सुन रहे हैं। पूरा होने पर छोड़ें।',
  stop: 'रोकें',
  finish: 'समाप्त करें',
  language: 'भाषा',
  wiped: 'इस बातचीत का कुछ भी इस स्क्रीन पर नहीं रहता।',
  stillThere: 'क्या आप अब भी यहाँ हैं?',
  stay: 'हाँ, आगे बढ़ें',
  wipedIn: (seconds) => `यह बातचीत ${seconds} सेकंड में समाप्त होगी।`,
  away: 'पल भर में वापस',
  awayHint: 'फिर से जुड़ रहे हैं। आपको कुछ करने की ज़रूरत नहीं है।',
  handOver: 'आपको एक व्यक्ति से जोड़ा जा रहा है। कृपया यहीं रहें।',
  noMicrophone: 'यहाँ माइक्रोफ़ोन नहीं है। कोई सवाल छुएँ।',
  insecure: 'माइक्रोफ़ोन केवल सुरक्षित पेजों (https) पर चलता है। कोई सवाल छुएँ।',
  noMedia: 'अभी आवाज़ और तस्वीर नहीं पहुँच पा रही। आप जवाब पढ़ सकते हैं।',
  failed: 'यह नहीं हो पाया। कृपया फिर कोशिश करें।',
};

const de: KioskTexts = {
  name: 'Deutsch',
  title: 'Wie kann ich Ihnen helfen?',
  touch: 'Zum Beginnen berühren',
  orSpeak: 'oder sagen Sie Hallo',
  greeting: 'Hallo! Berühren Sie den Bildschirm und fragen Sie mich etwas.',
  welcome: 'Hallo! Was möchten Sie wissen?',
  back: 'Ich war kurz weg. Was möchten Sie wissen?',
  firstSound: 'Der Ton kommt mit der ersten Berührung',
  topics: 'Sie können mich fragen',
  more: 'Weitere Fragen',
  talk: 'Zum Sprechen halten',
  release: 'Ich höre zu. Lassen Sie los, wenn Sie fertig sind.',
  stop: 'Stopp',
  finish: 'Beenden',
  language: 'Sprache',
  wiped: 'Von diesem Gespräch bleibt nichts auf dem Bildschirm.',
  stillThere: 'Sind Sie noch da?',
  stay: 'Ja, weiter',
  wipedIn: (seconds) => `Dieses Gespräch endet in ${seconds} s.`,
  away: 'Gleich wieder da',
  awayHint: 'Die Verbindung wird neu aufgebaut. Es ist nichts zu tun.',
  handOver: 'Sie werden mit einem Menschen verbunden. Bitte bleiben Sie hier.',
  noMicrophone: 'Hier ist kein Mikrofon. Berühren Sie stattdessen eine Frage.',
  insecure: 'Das Mikrofon geht nur auf sicheren Seiten (https). Berühren Sie stattdessen eine Frage.',
  noMedia: 'Ton und Bild kommen gerade nicht durch. Sie können die Antworten lesen.',
  failed: 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
};

const es: KioskTexts = {
  name: 'Español',
  title: '¿En qué puedo ayudarle?',
  touch: 'Toque para empezar',
  orSpeak: 'o diga hola',
  greeting: '¡Hola! Toque la pantalla y pregúnteme algo.',
  welcome: '¡Hola! ¿Qué le gustaría saber?',
  back: 'He estado ausente un momento. ¿Qué le gustaría saber?',
  firstSound: 'El sonido empieza con el primer toque',
  topics: 'Puede preguntarme',
  more: 'Más preguntas',
  talk: 'Mantenga pulsado para hablar',
  release: 'Le escucho. Suelte cuando termine.',
  stop: 'Parar',
  finish: 'Terminar',
  language: 'Idioma',
  wiped: 'Nada de esta conversación queda en la pantalla.',
  stillThere: '¿Sigue ahí?',
  stay: 'Sí, continuar',
  wipedIn: (seconds) => `Esta conversación termina en ${seconds} s.`,
  away: 'Volvemos enseguida',
  awayHint: 'Se está restableciendo la conexión. No tiene que hacer nada.',
  handOver: 'Le pondremos en contacto con una persona. Quédese aquí, por favor.',
  noMicrophone: 'Aquí no hay micrófono. Toque una pregunta.',
  insecure: 'El micrófono solo funciona en páginas seguras (https). Toque una pregunta.',
  noMedia: 'El sonido y la imagen no llegan ahora. Puede leer las respuestas.',
  failed: 'No ha funcionado. Inténtelo de nuevo, por favor.',
};

const zh: KioskTexts = {
  name: '中文',
  title: '有什么可以帮您？',
  touch: '触摸屏幕开始',
  orSpeak: '或说声你好',
  greeting: '您好！请触摸屏幕，向我提问。',
  welcome: '您好！您想了解什么？',
  back: '我刚才离开了一下。您想了解什么？',
  firstSound: '首次触摸后开启声音',
  topics: '您可以问我',
  more: '更多问题',
  talk: '按住说话',
  release: '正在聆听，说完请松开。',
  stop: '停止',
  finish: '结束',
  language: '语言',
  wiped: '屏幕上不会保留这次对话的任何内容。',
  stillThere: '您还在吗？',
  stay: '是的，继续',
  wipedIn: (seconds) => `对话将在 ${seconds} 秒后结束。`,
  away: '马上回来',
  awayHint: '正在重新连接，您无需任何操作。',
  handOver: '正在为您转接人工服务，请留在此处。',
  noMicrophone: '此处没有麦克风，请触摸一个问题。',
  insecure: '麦克风仅可在安全页面（https）上使用，请触摸一个问题。',
  noMedia: '目前无法传输声音和画面，您可以阅读回答。',
  failed: '没有成功，请再试一次。',
};

const ar: KioskTexts = {
  name: 'العربية',
  title: 'كيف يمكنني مساعدتك؟',
  touch: 'المس الشاشة للبدء',
  orSpeak: 'أو قل مرحبًا',
  greeting: 'مرحبًا! المس الشاشة واسألني.',
  welcome: 'مرحبًا! ماذا تودّ أن تعرف؟',
  back: 'غبت للحظة. ماذا تودّ أن تعرف؟',
  firstSound: 'يبدأ الصوت مع أول لمسة',
  topics: 'يمكنك أن تسألني',
  more: 'أسئلة أخرى',
  talk: 'اضغط مطوّلًا للتحدث',
  release: 'أستمع إليك. ارفع إصبعك عندما تنتهي.',
  stop: 'توقّف',
  finish: 'إنهاء',
  language: 'اللغة',
  wiped: 'لا يبقى شيء من هذه المحادثة على الشاشة.',
  stillThere: 'هل ما زلت هنا؟',
  stay: 'نعم، تابع',
  wipedIn: (seconds) => `تنتهي هذه المحادثة خلال ${seconds} ث.`,
  away: 'نعود بعد لحظات',
  awayHint: 'جارٍ إعادة الاتصال. لا حاجة إلى فعل أي شيء.',
  handOver: 'سيتم تحويلك إلى شخص من فريقنا. يُرجى البقاء هنا.',
  noMicrophone: 'لا يوجد ميكروفون هنا. المس سؤالًا بدلًا من ذلك.',
  insecure: 'يعمل الميكروفون في الصفحات الآمنة (https) فقط. المس سؤالًا بدلًا من ذلك.',
  noMedia: 'لا يصل الصوت والصورة الآن. يمكنك قراءة الإجابات.',
  failed: 'لم ينجح ذلك. يُرجى المحاولة مرة أخرى.',
};

export const KIOSK_TEXTS: Record<Language, KioskTexts> = { en, hi, de, es, zh, ar };
