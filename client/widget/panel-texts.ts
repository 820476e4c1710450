// The words of the opened widget, in each of its languages.
import type { HandOverWords } from '../src/hand-over.ts';
import type { Language } from './options.ts';

export interface PanelTexts extends HandOverWords {
  heading: string;
  /** Of the conversation's log, for screen readers. */
  log: string;
  minimise: string;
  end: string;
  soundOn: string;
  soundOff: string;
  message: string;
  send: string;
  hold: string;
  release: string;
  stop: string;
  tapForSound: string;
  again: string;
  you: string;
  avatar: string;
  agent: string;
  from: string;
  disclosure: string;
  connecting: string;
  live: string;
  listening: string;
  thinking: string;
  speaking: string;
  reconnecting: string;
  ended: string;
  handOver: string;
  noMedia: string;
  unreachable: string;
  full: string;
  refused: string;
  closed: string;
  microphoneDenied: string;
  microphoneMissing: string;
  microphoneInsecure: string;
  failed: string;
}

const en: PanelTexts = {
  heading: 'Assistant',
  log: 'Conversation',
  minimise: 'Minimise',
  end: 'End the conversation',
  soundOn: 'Turn the sound off',
  soundOff: 'Turn the sound on',
  message: 'Write a message',
  send: 'Send',
  hold: 'Hold to talk',
  release: 'Listening. Let go to send.',
  stop: 'Stop speaking',
  tapForSound: 'Tap for sound',
  again: 'Start again',
  you: 'You',
  avatar: 'Assistant',
  agent: 'Our team',
  from: 'Source: ',
  disclosure: 'AI avatar: nobody is filmed here.',
  connecting: 'Connecting',
  live: 'Online',
  listening: 'Listening',
  thinking: 'Thinking',
  speaking: 'Speaking',
  reconnecting: 'Connecting again',
  ended: 'Ended',
  handOver: 'You will be put through to a person. Please stay on this page.',
  queue: (position) =>
    position === 1 ? 'A person will be with you next.' : `You wait for a person: ${position - 1} before you.`,
  agentSpeaks: (name) => `You are talking with ${name} now.`,
  agentLeft: 'The assistant answers again.',
  leaveMessage: 'Nobody is here just now. What you write next is kept for our team.',
  messageKept: 'Your message is kept for our team.',
  noMedia: 'Sound and picture cannot get through here. You can write, and read the answers.',
  unreachable: 'The connection is lost. Please check your network.',
  full: 'Everyone is busy just now. Please try again in a moment.',
  refused: 'This page is not signed in for the conversation.',
  closed: 'The conversation has ended.',
  microphoneDenied: 'The microphone was not allowed. You can allow it in the address bar, or write.',
  microphoneMissing: 'No microphone was found. You can write instead.',
  microphoneInsecure: 'The microphone works only on secure pages (https). You can write instead.',
  failed: 'Something went wrong. Please try again.',
};

const hi: PanelTexts = {
  heading: 'सहायक',
  log: 'बातचीत',
  minimise: 'छोटा करें',
  end: 'बातचीत समाप्त करें',
  soundOn: 'आवाज़ बंद करें',
  soundOff: 'आवाज़ चालू करें',
  message: 'संदेश लिखें',
  send: 'भेजें',
  hold: 'बोलने के लिए दबाए रखें',
  release: 'सुन रहे हैं। भेजने के लिए छोड़ें।',
  stop: 'बोलना रोकें',
  tapForSound: 'आवाज़ के लिए टैप करें',
  again: 'फिर से शुरू करें',
  you: 'आप',
  avatar: 'सहायक',
  agent: 'हमारी टीम',
  from: 'स्रोत: ',
  disclosure: 'एआई अवतार: यहाँ किसी का वीडियो नहीं बनाया गया है।',
  connecting: 'जुड़ रहे हैं',
  live: 'ऑनलाइन',
  listening: 'सुन रहे हैं',
  thinking: 'सोच रहे हैं',
  speaking: 'बोल रहे हैं',
  reconnecting: 'फिर से जुड़ रहे हैं',
  ended: 'समाप्त',
  handOver: 'आपको एक व्यक्ति से जोड़ा जा रहा है। कृपया इसी पेज पर रहें।',
  queue: (position) => `आप किसी व्यक्ति की प्रतीक्षा में हैं, स्थान ${position}।`,
  agentSpeaks: (name) => `अब आप ${name} से बात कर रहे हैं।`,
  agentLeft: 'अब फिर सहायक उत्तर देगा।',
  leaveMessage: 'अभी यहाँ कोई नहीं है। आप जो अगला लिखेंगे, वह हमारी टीम के लिए रखा जाएगा।',
  messageKept: 'आपका संदेश हमारी टीम के लिए रख लिया गया है।',
  noMedia: 'यहाँ आवाज़ और तस्वीर नहीं पहुँच पा रही। आप लिख सकते हैं और जवाब पढ़ सकते हैं।',
  unreachable: 'संपर्क टूट गया। कृपया अपना नेटवर्क जाँचें।',
  full: 'अभी सभी व्यस्त हैं। कृपया थोड़ी देर में फिर कोशिश करें।',
  refused: 'इस पेज को बातचीत की अनुमति नहीं है।',
  closed: 'बातचीत समाप्त हो गई है।',
  microphoneDenied: 'माइक्रोफ़ोन की अनुमति नहीं मिली। पता पट्टी में अनुमति दें, या लिखें।',
  microphoneMissing: 'कोई माइक्रोफ़ोन नहीं मिला। आप लिख सकते हैं।',
  microphoneInsecure: 'माइक्रोफ़ोन केवल सुरक्षित पेजों (https) पर चलता है। आप लिख सकते हैं।',
  failed: 'कुछ गड़बड़ हो गई। कृपया फिर कोशिश करें।',
};

const de: PanelTexts = {
  heading: 'Assistenz',
  log: 'Gespräch',
  minimise: 'Verkleinern',
  end: 'Gespräch beenden',
  soundOn: 'Ton ausschalten',
  soundOff: 'Ton einschalten',
  message: 'Nachricht schreiben',
  send: 'Senden',
  hold: 'Zum Sprechen gedrückt halten',
  release: 'Ich höre zu. Loslassen zum Senden.',
  stop: 'Nicht weitersprechen',
  tapForSound: 'Für Ton antippen',
  again: 'Neu beginnen',
  you: 'Sie',
  avatar: 'Assistenz',
  agent: 'Unser Team',
  from: 'Quelle: ',
  disclosure: 'KI-Avatar: Hier wird niemand gefilmt.',
  connecting: 'Verbinde',
  live: 'Online',
  listening: 'Hört zu',
  thinking: 'Denkt nach',
  speaking: 'Spricht',
  reconnecting: 'Verbinde erneut',
  ended: 'Beendet',
  handOver: 'Sie werden mit einem Menschen verbunden. Bitte bleiben Sie auf dieser Seite.',
  queue: (position) =>
    position === 1 ? 'Sie sind als Nächstes dran.' : `Sie warten auf einen Menschen: ${position - 1} vor Ihnen.`,
  agentSpeaks: (name) => `Sie sprechen jetzt mit ${name}.`,
  agentLeft: 'Der Assistent antwortet wieder.',
  leaveMessage: 'Gerade ist niemand da. Was Sie als Nächstes schreiben, geht an unser Team.',
  messageKept: 'Ihre Nachricht ist für unser Team aufgehoben.',
  noMedia: 'Ton und Bild kommen hier nicht durch. Sie können schreiben und die Antworten lesen.',
  unreachable: 'Die Verbindung ist abgebrochen. Bitte prüfen Sie Ihr Netz.',
  full: 'Gerade sind alle im Gespräch. Bitte versuchen Sie es gleich noch einmal.',
  refused: 'Diese Seite ist für das Gespräch nicht angemeldet.',
  closed: 'Das Gespräch ist beendet.',
  microphoneDenied: 'Das Mikrofon wurde nicht erlaubt. Erlauben Sie es in der Adresszeile, oder schreiben Sie.',
  microphoneMissing: 'Es wurde kein Mikrofon gefunden. Sie können schreiben.',
  microphoneInsecure: 'Das Mikrofon geht nur auf sicheren Seiten (https). Sie können schreiben.',
  failed: 'Etwas ist schiefgegangen. Bitte versuchen Sie es noch einmal.',
};

const es: PanelTexts = {
  heading: 'Asistente',
  log: 'Conversación',
  minimise: 'Minimizar',
  end: 'Terminar la conversación',
  soundOn: 'Desactivar el sonido',
  soundOff: 'Activar el sonido',
  message: 'Escriba un mensaje',
  send: 'Enviar',
  hold: 'Mantenga pulsado para hablar',
  release: 'Le escucho. Suelte para enviar.',
  stop: 'Dejar de hablar',
  tapForSound: 'Toque para oír',
  again: 'Empezar de nuevo',
  you: 'Usted',
  avatar: 'Asistente',
  agent: 'Nuestro equipo',
  from: 'Fuente: ',
  disclosure: 'Avatar de IA: aquí no se filma a nadie.',
  connecting: 'Conectando',
  live: 'En línea',
  listening: 'Escuchando',
  thinking: 'Pensando',
  speaking: 'Hablando',
  reconnecting: 'Volviendo a conectar',
  ended: 'Terminada',
  handOver: 'Le pondremos en contacto con una persona. Quédese en esta página, por favor.',
  queue: (position) =>
    position === 1 ? 'Usted es el siguiente.' : `Espera a una persona: ${position - 1} antes que usted.`,
  agentSpeaks: (name) => `Ahora habla con ${name}.`,
  agentLeft: 'El asistente vuelve a responder.',
  leaveMessage: 'Ahora mismo no hay nadie. Lo que escriba a continuación se guarda para nuestro equipo.',
  messageKept: 'Su mensaje queda guardado para nuestro equipo.',
  noMedia: 'El sonido y la imagen no llegan aquí. Puede escribir y leer las respuestas.',
  unreachable: 'Se ha perdido la conexión. Compruebe su red.',
  full: 'Ahora todos están ocupados. Inténtelo de nuevo en un momento.',
  refused: 'Esta página no está autorizada para la conversación.',
  closed: 'La conversación ha terminado.',
  microphoneDenied: 'No se permitió el micrófono. Puede permitirlo en la barra de direcciones, o escribir.',
  microphoneMissing: 'No se encontró ningún micrófono. Puede escribir.',
  microphoneInsecure: 'El micrófono solo funciona en páginas seguras (https). Puede escribir.',
  failed: 'Algo ha fallado. Inténtelo de nuevo.',
};

const zh: PanelTexts = {
  heading: '助手',
  log: '对话',
  minimise: '最小化',
  end: '结束对话',
  soundOn: '关闭声音',
  soundOff: '打开声音',
  message: '输入消息',
  send: '发送',
  hold: '按住说话',
  release: '正在聆听，松开发送',
  stop: '停止讲话',
  tapForSound: '点按开启声音',
  again: '重新开始',
  you: '您',
  avatar: '助手',
  agent: '我们的团队',
  from: '来源：',
  disclosure: 'AI 虚拟形象：此处并无真人拍摄。',
  connecting: '正在连接',
  live: '在线',
  listening: '正在聆听',
  thinking: '正在思考',
  speaking: '正在讲话',
  reconnecting: '正在重新连接',
  ended: '已结束',
  handOver: '正在为您转接人工服务，请留在此页面。',
  queue: (position) => `您正在等待工作人员，当前第 ${position} 位。`,
  agentSpeaks: (name) => `现在由 ${name} 与您交谈。`,
  agentLeft: '助手继续为您服务。',
  leaveMessage: '现在没有人在。您接下来写的内容会留给我们的团队。',
  messageKept: '您的留言已转给我们的团队。',
  noMedia: '此处无法传输声音和画面。您可以输入文字并阅读回答。',
  unreachable: '连接已断开，请检查网络。',
  full: '目前全部占线，请稍后再试。',
  refused: '此页面未获准进行对话。',
  closed: '对话已结束。',
  microphoneDenied: '未获准使用麦克风。您可以在地址栏中允许，或改用文字。',
  microphoneMissing: '未找到麦克风。您可以改用文字。',
  microphoneInsecure: '麦克风仅可在安全页面（https）上使用。您可以改用文字。',
  failed: '出了点问题，请再试一次。',
};

const ar: PanelTexts = {
  heading: 'المساعد',
  log: 'المحادثة',
  minimise: 'تصغير',
  end: 'إنهاء المحادثة',
  soundOn: 'إيقاف الصوت',
  soundOff: 'تشغيل الصوت',
  message: 'اكتب رسالة',
  send: 'إرسال',
  hold: 'اضغط مطوّلًا للتحدث',
  release: 'نستمع إليك. ارفع إصبعك للإرسال.',
  stop: 'إيقاف الكلام',
  tapForSound: 'انقر لسماع الصوت',
  again: 'ابدأ من جديد',
  you: 'أنت',
  avatar: 'المساعد',
  agent: 'فريقنا',
  from: 'المصدر: ',
  disclosure: 'شخصية بالذكاء الاصطناعي: لا يُصوَّر أحد هنا.',
  connecting: 'جارٍ الاتصال',
  live: 'متصل',
  listening: 'يستمع',
  thinking: 'يفكّر',
  speaking: 'يتحدّث',
  reconnecting: 'جارٍ إعادة الاتصال',
  ended: 'انتهت',
  handOver: 'سيتم تحويلك إلى شخص من فريقنا. يُرجى البقاء في هذه الصفحة.',
  queue: (position) => `أنت في انتظار شخص من فريقنا، ترتيبك ${position}.`,
  agentSpeaks: (name) => `أنت تتحدث الآن مع ${name}.`,
  agentLeft: 'عاد المساعد للرد.',
  leaveMessage: 'لا يوجد أحد الآن. ما تكتبه بعد ذلك سيُحفظ لفريقنا.',
  messageKept: 'حُفظت رسالتك لفريقنا.',
  noMedia: 'لا يصل الصوت والصورة هنا. يمكنك الكتابة وقراءة الإجابات.',
  unreachable: 'انقطع الاتصال. يُرجى التحقق من الشبكة.',
  full: 'الجميع مشغولون الآن. يُرجى المحاولة بعد قليل.',
  refused: 'هذه الصفحة غير مخوّلة لإجراء المحادثة.',
  closed: 'انتهت المحادثة.',
  microphoneDenied: 'لم يُسمح بالميكروفون. يمكنك السماح به في شريط العنوان، أو الكتابة.',
  microphoneMissing: 'لم يُعثر على ميكروفون. يمكنك الكتابة.',
  microphoneInsecure: 'يعمل الميكروفون في الصفحات الآمنة (https) فقط. يمكنك الكتابة.',
  failed: 'حدث خطأ ما. يُرجى المحاولة مرة أخرى.',
};

export const PANEL_TEXTS: Record<Language, PanelTexts> = { en, hi, de, es, zh, ar };
