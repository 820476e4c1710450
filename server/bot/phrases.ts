// The few sentences that a brain says by itself, in the languages of the page; any other language gets English.

export interface Phrases {
  /** Nothing that is known answers the question. */
  unknown: string;
  /** A voice was not understood. */
  notUnderstood: string;
  /** A person was asked for. */
  handOver: string;
  /** Said where a brain fails. */
  apology: string;
  /** Said in place of what the moderation refuses, of visitor and avatar. */
  refused: string;
  /** Stands in the transcript for what the visitor said then. */
  withheld: string;
  /** Nobody is at the desk: asks for a message. */
  leaveMessage: string;
  /** The message was kept. */
  messageKept: string;
  /** Stands in the transcript for what a person said by their own voice. */
  byVoice: string;
  /** How visitors ask for a person, and not whether they talk to one; matched within what was said, in lower case. */
  person: RegExp;
  /** How they say yes to the offer of one. */
  yes: RegExp;
  /** How they say no, such as to leaving a message; matched against the whole, in lower case. */
  no: RegExp;
}

const ENGLISH: Phrases = {
  unknown: "I don't have an answer to that. Shall I get a person for you?",
  notUnderstood: 'I did not understand that. You can also write to me.',
  handOver: 'I will get a person for you.',
  apology: 'Sorry, something went wrong on my side. Please ask again.',
  refused: 'I would rather not talk about that.',
  withheld: '(not passed on)',
  leaveMessage:
    'Nobody is here just now. Please tell me what it is about and how we can reach you, and I will pass it on.',
  messageKept: 'Thank you. I have passed it on.',
  byVoice: '(spoke by voice)',
  person:
    /(?<!\b(are you|am i (talking|speaking) to|is this|is that)( really| even)?( an?)? )\b(human|real person|(speak|talk) (to|with) (a |an |the |some)?(person|agent|human|someone|somebody|colleague|staff)|get (me )?a person|live agent|representative|operator)\b/,
  yes: /^\W*(yes|yeah|yep|sure|please|ok|okay|go ahead|yes please)\b/,
  no: /^\W*(no|nope|no,? thanks?( you)?|never ?mind|not now)\W*$/,
};

const PHRASES: Record<string, Phrases> = {
  en: ENGLISH,
  de: {
    unknown: 'Darauf habe ich keine Antwort. Soll ich einen Menschen dazuholen?',
    notUnderstood: 'Das habe ich nicht verstanden. Du kannst mir auch schreiben.',
    handOver: 'Ich hole einen Menschen dazu.',
    apology: 'Entschuldigung, bei mir ist etwas schiefgegangen. Bitte frag noch einmal.',
    refused: 'Darüber möchte ich nicht sprechen.',
    withheld: '(nicht weitergegeben)',
    leaveMessage:
      'Gerade ist niemand da. Sag mir bitte, worum es geht und wie wir dich erreichen, und ich gebe es weiter.',
    messageKept: 'Danke. Ich habe es weitergegeben.',
    byVoice: '(hat gesprochen)',
    person:
      /(?<!\b(bist du|sind sie|ist das)( wirklich)?( eine?)? )\b(menschen?|mitarbeiter(in)?|echte person|jemand(en)? sprechen|berater(in)?)\b/,
    yes: /^\W*(ja|gerne?|bitte|klar|okay?)\b/,
    no: /^\W*(nein|nein,? danke|nee|lieber nicht|jetzt nicht)\W*$/,
  },
  es: {
    unknown: 'No tengo respuesta para eso. ¿Llamo a una persona?',
    notUnderstood: 'No lo he entendido. También puedes escribirme.',
    handOver: 'Voy a buscar a una persona.',
    apology: 'Perdón, algo ha fallado por mi parte. Pregunta otra vez, por favor.',
    refused: 'Prefiero no hablar de eso.',
    withheld: '(no transmitido)',
    leaveMessage: 'Ahora mismo no hay nadie. Dime de qué se trata y cómo podemos localizarte, y lo paso.',
    messageKept: 'Gracias. Ya lo he pasado.',
    byVoice: '(habló de viva voz)',
    person: /(hablar con (una persona|un agente|alguien)|\bagente\b|persona real|\bhumano\b)/,
    yes: /^\W*(s[ií]|claro|vale|por favor)(?!\p{L})/u,
    no: /^\W*(no|no,? gracias|mejor no|ahora no)\W*$/,
  },
  fr: {
    unknown: "Je n'ai pas de réponse à cela. Voulez-vous parler à une personne ?",
    notUnderstood: "Je n'ai pas compris. Vous pouvez aussi m'écrire.",
    handOver: 'Je fais venir une personne.',
    apology: "Désolé, quelque chose n'a pas fonctionné. Posez votre question encore une fois.",
    refused: 'Je préfère ne pas en parler.',
    withheld: '(non transmis)',
    leaveMessage:
      "Il n'y a personne pour le moment. Dites-moi de quoi il s'agit et comment vous joindre, et je transmettrai.",
    messageKept: "Merci. C'est transmis.",
    byVoice: '(a parlé de vive voix)',
    person: /(parler (à|avec) (une personne|quelqu.un|un conseiller|un agent)|\bconseill[eè]re?\b|\bhumain\b)/,
    yes: /^\W*(oui|volontiers|d.accord|s.il vous pla[iî]t)(?!\p{L})/u,
    no: /^\W*(non|non,? merci|pas maintenant|laissez tomber)\W*$/,
  },
  hi: {
    unknown: 'इसका उत्तर मेरे पास नहीं है। क्या मैं किसी व्यक्ति को बुलाऊँ?',
    notUnderstood: 'मैं यह समझ नहीं पाई। आप लिख भी सकते हैं।',
    handOver: 'मैं किसी व्यक्ति को बुलाती हूँ।',
    apology: 'माफ़ कीजिए, मेरी ओर से कुछ गड़बड़ हुई। कृपया फिर से पूछिए।',
    refused: 'मैं इस बारे में बात नहीं करना चाहती।',
    withheld: '(आगे नहीं भेजा गया)',
    leaveMessage: 'अभी यहाँ कोई नहीं है। कृपया बताइए कि बात क्या है और हम आपसे कैसे संपर्क करें, मैं आगे पहुँचा दूँगी।',
    messageKept: 'धन्यवाद। मैंने आगे पहुँचा दिया है।',
    byVoice: '(बोलकर कहा)',
    person: /(किसी (व्यक्ति|इंसान|आदमी)|एजेंट|इंसान से)/,
    yes: /^\s*(हाँ|हां|जी|ठीक)/,
    no: /^\s*(नहीं|जी नहीं|नहीं,? धन्यवाद|अभी नहीं)[\s।.!]*$/,
  },
  zh: {
    unknown: '这个问题我没有答案。要我请一位工作人员吗？',
    notUnderstood: '我没有听懂。您也可以打字给我。',
    handOver: '我去请一位工作人员。',
    apology: '抱歉，我这边出了问题，请再问一次。',
    refused: '这个话题我不想谈。',
    withheld: '（未转达）',
    leaveMessage: '现在没有人在。请告诉我是什么事以及如何联系您，我会转达。',
    messageKept: '谢谢，我已经转达了。',
    byVoice: '（语音）',
    person: /(人工|真人|客服|工作人员)/,
    yes: /^\s*(好|是|可以|要|对)/,
    no: /^\s*(不|不用|不用了|不要|不必)[\s。！!,，谢]*$/,
  },
  ar: {
    unknown: 'ليس لدي جواب عن هذا. هل أستدعي شخصًا؟',
    notUnderstood: 'لم أفهم ذلك. يمكنك أيضًا أن تكتب لي.',
    handOver: 'سأستدعي شخصًا.',
    apology: 'عذرًا، حدث خطأ من جهتي. من فضلك اسأل مرة أخرى.',
    refused: 'أفضل ألا أتحدث عن ذلك.',
    withheld: '(لم يُنقل)',
    leaveMessage: 'لا يوجد أحد الآن. من فضلك أخبرني بالموضوع وكيف يمكننا الوصول إليك، وسأنقل ذلك.',
    messageKept: 'شكرًا لك. لقد نقلت رسالتك.',
    byVoice: '(تحدث بصوته)',
    person: /(شخص حقيقي|التحدث (مع|إلى) (شخص|موظف)|موظف|إنسان)/,
    yes: /^\s*(نعم|أجل|حسن|من فضلك)/,
    no: /^\s*(لا|لا،? شكرا|لا،? شكرًا|ليس الآن)[\s.!]*$/,
  },
};

/** @param language BCP 47 tag; `cmn` and `zh` are the same here */
export function phrasesFor(language: string): Phrases {
  const [base = 'en'] = language.toLowerCase().split('-');
  return PHRASES[base === 'cmn' ? 'zh' : base] ?? ENGLISH;
}
