/**
 * How refusals begin, a language a line or two. Each is read at the beginning of an answer in lower case, with straight apostrophes and
 * single spaces, after what {@link PREFACE} takes. They ask for what is refused (to help, to write it), since "I cannot find order 7"
 * is an answer. Every repetition is bounded or of single characters, so that reading is linear.
 */
export const REFUSAL_OPENERS: readonly RegExp[] = [
  // English
  /^(?:i|we)(?: (?:really |simply |just )?(?:can't|cannot|can not|won't|will not|couldn't)|(?: am| are|'m|'re) (?:unable to|not able to|not going to)) (?:be able to |in good conscience )?(?:help|assist|comply|fulfil|fulfill|participate|engage|support|do (?:that|this|so|it)|continue|create|generate|write|produce|discuss|share|answer (?:that|this)|respond|provide|give|offer|facilitate|promote|encourage|recommend|advise|complete (?:that|this|your)|process (?:that|this) request|accommodate)\b/,
  /^(?:i|we)(?: must| have to| will have to|'ll have to|'d have to)? (?:respectfully |politely )?(?:decline|refuse)\b/,
  /^(?:i'm|i am|i was) not (?:comfortable|allowed|permitted|authori[sz]ed|designed|programmed)\b/,
  /^(?:as|being) an? (?:ai|artificial intelligence|language model|large language model|assistant|virtual assistant)\b.{0,80}?\b(?:can't|cannot|won't|unable|not able|not allowed|don't have the ability)\b/,
  /^(?:(?:that|this|your request|the request)(?:'s| is| goes| would| violates)) .{0,60}?\b(?:can't help|cannot help|can't assist|cannot assist|not something i can|against (?:my|our)|my guidelines|our polic|content polic)/,
  /^(?:it is|it's|it would be) (?:against|not appropriate|inappropriate|unethical|illegal) (?:my|our|for me|of me|to provide|to help|to assist)/,
  // German
  /^(?:ich|wir) (?:kann|können|darf|dürfen|werde|werden|muss|müssen)\b.{0,60}?\b(?:nicht|leider nicht|nicht dabei|keine|kein|ablehnen)\b.{0,60}?\b(?:helfen|weiterhelfen|unterstützen|behilflich|beantworten|nachkommen|erfüllen|bereitstellen|erstellen|schreiben|geben|anbieten|ablehnen)\b/,
  /^(?:kann|können|darf|dürfen) (?:ich|wir)\b.{0,60}?\b(?:nicht|keine)\b.{0,40}?\b(?:helfen|weiterhelfen|unterstützen|beantworten|nachkommen|erfüllen|bereitstellen|erstellen|schreiben|anbieten)\b/,
  /^(?:dabei|damit|hierbei|bei dieser anfrage|bei diesem anliegen) (?:kann|können|darf|dürfen) (?:ich|wir)\b.{0,30}?\bnicht\b/,
  // French
  /^je ne (?:peux|suis|pourrai|puis|saurais)\b.{0,40}?\b(?:aider|assister|répondre|fournir|créer|écrire|générer|satisfaire|accéder|participer|autorisée?|faire cela)(?!\p{L})/u,
  /^je (?:refuse de|dois (?:refuser|décliner))(?!\p{L})/u,
  // Spanish
  /^(?:yo )?(?:no (?:puedo|podemos|podré|me es posible|estoy (?:autorizado|en condiciones)|soy capaz de)(?!\p{L}).{0,30}?\b(?:ayudar|asistir|proporcionar|responder|cumplir|crear|escribir|generar|participar|ofrecer|hacer eso|hacerlo|acceder|dar)|debo (?:negarme|rechazar|declinar))/u,
  // Portuguese
  /^(?:eu )?(?:não (?:posso|podemos|poderei|consigo|me é possível|estou autorizado)\b.{0,30}?\b(?:ajudar|auxiliar|fornecer|responder|atender|criar|escrever|gerar|participar|oferecer|fazer isso|dar)|(?:preciso|devo|tenho que) (?:recusar|declinar))/,
  // Italian
  /^(?:io )?(?:non (?:posso|possiamo|potrò|sono in grado di|mi è possibile|sono autorizzato)(?!\p{L}).{0,30}?(?:aiutar|assister|fornir|risponder|soddisfar|crear|scriver|generar|partecipar|offrir|farlo|dar)|devo rifiutar)/u,
  // Dutch
  /^(?:ik|wij|we) (?:kan|kunnen|mag|mogen|ga|zal)\b.{0,50}?\b(?:niet|geen)\b.{0,50}?\b(?:helpen|assisteren|ondersteunen|beantwoorden|voldoen|verstrekken|schrijven|maken|geven|meewerken|verder helpen)\b/,
  // Polish
  /^nie (?:mogę|możemy|jestem w stanie|wolno mi) .{0,40}?(?:pomóc|pomagać|spełnić|udzielić|odpowiedzieć|napisać|stworzyć|dostarczyć|podać|zrobić tego)/,
  // Russian, Ukrainian
  /^я (?:не могу|не смогу|не имею права|не в состоянии) .{0,40}?(?:помочь|помогать|выполнить|предоставить|ответить|написать|создать|обсуждать|участвовать|это сделать)/,
  /^я вынужден(?:а)? отказать/,
  /^я не можу\s.{0,40}?(?:допомогти|виконати|надати|відповісти|написати|створити)/,
  // Turkish
  /^(?:bu|bunu|size|sana|üzgünüm)\b.{0,60}?(?:yardımcı olamam|yardım edemem|yapamam|sağlayamam|yerine getiremem|yanıtlayamam|cevaplayamam)/,
  // Chinese
  /^(?:我|我们)?(?:很)?(?:无法|不能|没办法|不可以|無法|沒辦法)(?:为您|为你|為您|為你|向您|向你|直接|继续|繼續)?(?:提供|协助|協助|帮助|幫助|帮|幫|回答|满足|滿足|完成这|完成這|生成|撰写|撰寫|创建|讨论|討論|参与)/,
  /^(?:作为|作為)(?:一个|一個|一名)?(?:人工智能|ai|语言模型|語言模型).{0,30}?(?:无法|不能|無法)/,
  // Japanese
  /^.{0,40}?(?:お手伝い|お答え|ご協力|対応|提供|お応え|回答|支援|サポート|作成)(?:すること(?:は|が)|は|が)?(?:でき(?:ません|ない|かねます)|いたしかねます|しかねます|致しかねます)/,
  // Korean
  /^.{0,40}?(?:도와드릴|도울|제공할|제공해 드릴|답변할|답변드릴|작성할|응할|지원할) ?수 ?(?:가 |는 )?없(?:습니다|어요|네요)/,
  // Arabic
  /^(?:لا يمكنني|لا أستطيع|لا استطيع|لن أتمكن من|لست قادر[اًة]* على|لا يمكننا)(?:\s|$).{0,40}?(?:مساعد|تقديم|الإجابة|تلبية|كتابة|إنشاء|المشاركة|القيام)/,
  // Hindi
  /^मैं.{0,60}?(?:मदद|सहायता|प्रदान|जवाब|उत्तर).{0,20}?(?:नहीं कर सकत|नहीं दे सकत|करने में असमर्थ|देने में असमर्थ|असमर्थ)/,
];

/**
 * What is said before a refusal, taken off as often as it comes: an excuse, thanks, a name for the one who asked. Alone it refuses
 * nothing.
 */
export const PREFACE: RegExp =
  /^(?:(?:i'm|i am|we're|we are) (?:very |really |so |terribly )?(?:sorry|afraid)(?: to say)?(?: about that| for (?:that|this|the inconvenience))?|sorry(?: about that)?|my apologies|apologies|i apologi[sz]e(?: for (?:that|this|any inconvenience|the inconvenience))?|unfortunately|regrettably|no|thank you for (?:your (?:question|request|message|interest)|asking|reaching out)|thanks for asking|i appreciate (?:your (?:question|request|interest)|you asking)|i understand(?: your (?:request|concern|question|frustration))?|but|however|that said|es tut mir (?:sehr )?leid|tut mir (?:sehr )?leid|entschuldigung|leider|aber|je suis (?:vraiment )?désolée?|désolée?|malheureusement|mais|lo siento(?: mucho)?|lamentablemente|desafortunadamente|pero|desculpe|sinto muito|lamento|infelizmente|mas|mi dispiace|purtroppo|ma|sorry|helaas|het spijt me|maar|przykro mi|przepraszam|niestety|ale|извините|простите|к сожалению|но|на жаль|вибачте|але|üzgünüm|maalesef|ne yazık ki|ancak|很抱歉|非常抱歉|抱歉|对不起|對不起|不好意思|但是|但|申し訳ございませんが|申し訳ありませんが|申し訳ございません|申し訳ありません|すみませんが|すみません|恐れ入りますが|죄송합니다만|죄송합니다|죄송하지만|유감스럽게도|미안하지만|عذر[اًا]+|آسف|أعتذر|للأسف|لكن(?:ني)?|ولكن(?:ني)?|क्षमा करें|माफ़ करें|मुझे खेद है|लेकिन|que|dass)(?=[\s,.!;:，。！、،؛—–-]|$|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\s,.!;:，。！、،؛—–-]*/u;
