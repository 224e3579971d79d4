/** The words for a form that could not be loaded, and for the link to its own page. */
export interface UnavailableWords {
  /** BCP 47 tag. */
  readonly lang: string;
  readonly sentence: string;
  readonly link: string;
}

/** The link has the words of `page.toForm` in `shared/messages/`. */
const words: Readonly<Record<string, string>> = {
  ar: 'تعذّر تحميل النموذج.|الانتقال إلى النموذج',
  da: 'Formularen kunne ikke indlæses.|Gå til formularen',
  de: 'Das Formular konnte nicht geladen werden.|Zum Formular',
  en: 'The form could not be loaded.|Go to the form',
  es: 'No se ha podido cargar el formulario.|Ir al formulario',
  fr: 'Le formulaire n’a pas pu être chargé.|Aller au formulaire',
  he: 'לא ניתן לטעון את הטופס.|מעבר לטופס',
  it: 'Impossibile caricare il modulo.|Vai al modulo',
  ja: 'フォームを読み込めませんでした。|フォームへ',
  nl: 'Het formulier kan niet worden geladen.|Naar het formulier',
  pl: 'Nie udało się wczytać formularza.|Przejdź do formularza',
  pt: 'Não foi possível carregar o formulário.|Ir para o formulário',
  sv: 'Formuläret kunde inte läsas in.|Gå till formuläret',
  tr: 'Form yüklenemedi.|Forma git',
  zh: '表单加载失败。|前往表单',
};

/**
 * In the language `tag` (BCP 47, or as systems write it), else in English. Traditional Chinese is a script
 * that we lack. Built as `words.js`: the texts of a form come with its definition, which is missing here.
 * Nothing may be removed from it, because a page may pin an old `embed.js` permanently.
 */
export function unavailableIn(tag: string): UnavailableWords {
  const [wanted = ''] = /hant|[-_](tw|hk|mo)/i.test(tag) ? [] : tag.toLowerCase().split(/[-_]/);
  const lang = wanted in words ? wanted : 'en';
  const [sentence = '', link = ''] = words[lang]?.split('|') ?? [];
  return { lang, sentence, link };
}
