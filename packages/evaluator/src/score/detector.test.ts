import { eld } from 'eld/extrasmall';
import { describe, expect, it } from 'vitest';
import { FEATURES } from '../tally/answer-bins.js';
import { loadDetector } from './detector.js';
import { lettersOf } from './language.js';

const SENTENCES: Readonly<Record<string, string>> = {
  en: 'Your refund was issued today, and it is on its way.',
  de: 'Die Rückerstattung ist veranlasst und unterwegs.',
  fr: 'Votre remboursement a été émis, il est en chemin.',
  es: 'Su reembolso se emitió hoy y está en camino.',
  pt: 'O seu reembolso foi emitido hoje e está a caminho.',
  it: 'Il rimborso è stato emesso oggi ed è in arrivo.',
  nl: 'Uw terugbetaling is vandaag verwerkt en onderweg.',
  da: 'Din refusion blev udstedt i dag og er på vej.',
  sv: 'Din återbetalning utfärdades idag och är på väg.',
  pl: 'Twój zwrot został dziś zrealizowany i jest w drodze.',
  ru: 'Ваш возврат оформлен сегодня и уже в пути.',
  uk: 'Ваше відшкодування оформлено сьогодні і вже в дорозі.',
  tr: 'Geri ödemeniz bugün yapıldı ve şu anda yolda.',
  ar: 'تم إصدار المبلغ المسترد اليوم وهو في الطريق إليك.',
  hi: 'आपका रिफंड आज जारी कर दिया गया है और रास्ते में है।',
  zh: '您的退款已于今天发出，正在路上，请稍候，我们到时会再通知您一次。',
  ja: '返金は本日処理されました。まもなくお手元に届く予定でございます。',
  ko: '환불이 오늘 처리되었으며 곧 고객님의 계좌에 도착합니다. 감사합니다.',
};

describe('the detector of languages', () => {
  it('names the language of a sentence', async () => {
    const detect = await loadDetector();
    const named = Object.entries(SENTENCES).map(([language, text]) => [language, detect(lettersOf(text))]);
    expect(named.filter(([language, said]) => language !== said)).toEqual([]);
  });

  it('knows the languages that answers are counted by, and no other', () => {
    const { bin, bins } = FEATURES.find(({ name }) => name === 'language') ?? expect.unreachable();
    const shape = { length: null, structure: null, finish: null, refused: null, hash: null };
    const languages = Object.values(eld.info().Languages);
    const counted = languages.map((language) => bin({ ...shape, language }));
    // The last two bins are for what is not listed and what is not known.
    expect(counted.toSorted((a, b) => Number(a) - Number(b))).toEqual([...Array(bins - 2).keys()]);
  });
});
