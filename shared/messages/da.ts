import type { Messages } from './messages.ts';

export const da: Messages = {
  lang: 'da',
  dir: 'ltr',
  labels: {
    email: 'E-mailadresse',
    first_name: 'Fornavn',
    last_name: 'Efternavn',
  },
  fieldIssues: {
    email: 'Indtast en gyldig e-mailadresse, for eksempel navn@example.com.',
    tel: 'Indtast et gyldigt telefonnummer, for eksempel +44 20 7946 0123.',
    url: 'Indtast en webadresse, for eksempel https://www.example.com.',
    number: {
      any: 'Indtast et tal.',
      between: 'Indtast et tal fra {min} til {max}.',
      from: 'Indtast et tal, der er mindst {min}.',
      to: 'Indtast et tal, der er højst {max}.',
    },
    date: {
      any: 'Indtast en hel dato.',
      between: 'Indtast en dato fra {min} til {max}.',
      from: 'Indtast en dato, der tidligst er {min}.',
      to: 'Indtast en dato, der senest er {max}.',
    },
    choice: 'Vælg en af mulighederne.',
    checkbox: 'Sæt kryds her.',
  },
  texts: {
    submit: 'Tilmeld mig',
    sending: 'Sender\u00a0…',
    accepted: 'Tak! Du er nu tilmeldt.',
    acceptedTitle: 'Du er tilmeldt',
    acceptedFor: 'Tak. Vi har modtaget tilmeldingen af {address}.',
    acceptedNext: 'Hvis der ikke kommer noget, så se i mappen med uønsket post.',
    optional: '(valgfrit)',
    suggestion: 'Mente du {address}?',
    takeSuggestion: 'Ja, ret adressen',
    close: 'Luk',
    leaveEmpty: 'Lad dette felt være tomt',
    issues: {
      missing: 'Udfyld dette felt.',
      malformed: 'Kontrollér dette felt.',
      too_long: 'Teksten er for lang.',
      unknown: 'Dette felt findes ikke i formularen.',
      disposable: 'Brug en permanent adresse. Vi kan ikke sende til engangsadresser.',
      not_ascii:
        'Vi kan ikke sende til adresser med æ, ø, å eller andre bogstaver end a–z før @. Brug en anden adresse.',
    },
    problems: {
      invalid: 'Kontrollér de markerede felter.',
      malformed: 'Formularen kunne ikke behandles. Genindlæs siden, og prøv igen.',
      unsupported: 'Formularen kunne ikke behandles. Genindlæs siden, og prøv igen.',
      too_large: 'Teksten er for lang til denne formular. Forkort den, og prøv igen.',
      origin_refused: 'Denne formular kan ikke bruges på denne side.',
      rate_limited: 'Der er for mange tilmeldinger lige nu. Prøv igen om lidt.',
      bot_suspected: 'Vi kunne ikke afgøre, om du er et menneske. Prøv igen.',
      no_such_form: 'Denne formular findes ikke længere.',
      not_found: 'Denne formular findes ikke længere.',
      method_not_allowed: 'Noget gik galt hos os. Prøv igen.',
      unavailable: 'Det er ikke muligt at tilmelde sig lige nu. Prøv igen om et minut.',
      internal: 'Noget gik galt hos os. Prøv igen.',
      unreachable:
        'Der er ikke forbindelse til vores server. Kontrollér din internetforbindelse, og prøv igen.',
    },
  },
  hosted: { title: 'Tilmeld dig vores nyhedsbrev' },
  confirm: {
    title: 'Kun ét klik mere',
    explanation: 'Bekræft din tilmelding, så vi ved, at du ikke er en robot.',
    tooSoon: 'Det gik meget hurtigt. Vent et øjeblik, og klik igen, så vi ved, at du ikke er en robot.',
    button: 'Bekræft tilmelding',
    useScripts:
      'Hvis du slår JavaScript til i din browser, kan du tilmelde dig med det samme på formularens egen side.',
  },
  page: {
    description: 'Skriv din e-mailadresse, og få vores nyhedsbrev.',
    toForm: 'Gå til formularen',
    scan: 'Scan koden, og tilmeld dig',
    qrCode: 'QR-kode',
  },
};
