import type { Messages } from './messages.ts';

export const de: Messages = {
  lang: 'de',
  dir: 'ltr',
  labels: {
    email: 'E-Mail-Adresse',
    first_name: 'Vorname',
    last_name: 'Nachname',
  },
  fieldIssues: {
    email: 'Bitte geben Sie eine gültige E-Mail-Adresse ein, zum Beispiel name@example.com.',
    tel: 'Bitte geben Sie eine gültige Telefonnummer ein, zum Beispiel +44 20 7946 0123.',
    url: 'Bitte geben Sie eine Internetadresse ein, zum Beispiel https://www.example.com.',
    number: {
      any: 'Bitte geben Sie eine Zahl ein.',
      between: 'Bitte geben Sie eine Zahl von {min} bis {max} ein.',
      from: 'Bitte geben Sie eine Zahl ab {min} ein.',
      to: 'Bitte geben Sie eine Zahl bis {max} ein.',
    },
    date: {
      any: 'Bitte geben Sie ein vollständiges Datum ein.',
      between: 'Bitte geben Sie ein Datum vom {min} bis zum {max} ein.',
      from: 'Bitte geben Sie ein Datum ab dem {min} ein.',
      to: 'Bitte geben Sie ein Datum bis zum {max} ein.',
    },
    choice: 'Bitte wählen Sie eine Möglichkeit aus.',
    checkbox: 'Bitte setzen Sie hier ein Häkchen.',
  },
  texts: {
    submit: 'Abonnieren',
    sending: 'Sendet\u00a0…',
    accepted: 'Vielen Dank, Sie sind angemeldet.',
    acceptedTitle: 'Sie sind angemeldet',
    acceptedFor: 'Vielen Dank. Ihre Anmeldung für {address} ist da.',
    acceptedNext: 'Falls nichts ankommt, sehen Sie im Spam-Ordner nach.',
    optional: '(optional)',
    suggestion: 'Meinten Sie {address}?',
    takeSuggestion: 'Ja, ändern',
    close: 'Schließen',
    leaveEmpty: 'Dieses Feld bitte leer lassen',
    issues: {
      missing: 'Bitte füllen Sie dieses Feld aus.',
      malformed: 'Bitte prüfen Sie dieses Feld.',
      too_long: 'Diese Eingabe ist zu lang.',
      unknown: 'Dieses Feld gehört nicht zu diesem Formular.',
      disposable: 'Bitte verwenden Sie eine dauerhafte Adresse. An Wegwerfadressen können wir nichts senden.',
      not_ascii:
        'An Adressen mit Umlauten, Akzenten oder nicht lateinischen Buchstaben vor dem @ können wir nichts senden. Bitte verwenden Sie eine andere.',
    },
    problems: {
      invalid: 'Bitte prüfen Sie die markierten Felder.',
      malformed:
        'Das Formular konnte nicht verarbeitet werden. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.',
      unsupported:
        'Das Formular konnte nicht verarbeitet werden. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.',
      too_large: 'Das ist zu viel Text für dieses Formular. Bitte kürzen Sie ihn.',
      origin_refused: 'Dieses Formular kann auf dieser Seite nicht verwendet werden.',
      rate_limited:
        'Im Moment gibt es zu viele Anmeldungen. Bitte versuchen Sie es etwas später noch einmal.',
      bot_suspected:
        'Wir konnten nicht feststellen, ob Sie ein Mensch sind. Bitte versuchen Sie es noch einmal.',
      no_such_form: 'Dieses Formular gibt es nicht mehr.',
      not_found: 'Dieses Formular gibt es nicht mehr.',
      method_not_allowed: 'Bei uns ist etwas schiefgelaufen. Bitte versuchen Sie es noch einmal.',
      unavailable:
        'Anmeldungen sind gerade nicht möglich. Bitte versuchen Sie es in einer Minute noch einmal.',
      internal: 'Bei uns ist etwas schiefgelaufen. Bitte versuchen Sie es noch einmal.',
      unreachable:
        'Unser Server ist nicht erreichbar. Bitte prüfen Sie Ihre Internetverbindung und versuchen Sie es noch einmal.',
    },
  },
  hosted: { title: 'Newsletter abonnieren' },
  confirm: {
    title: 'Nur noch ein Klick',
    explanation: 'Bitte bestätigen Sie Ihre Anmeldung, damit wir wissen, dass Sie kein Roboter sind.',
    tooSoon:
      'Das ging sehr schnell. Bitte warten Sie einen Moment und klicken Sie noch einmal, damit wir wissen, dass Sie kein Roboter sind.',
    button: 'Anmeldung bestätigen',
    useScripts: 'Mit eingeschaltetem JavaScript können Sie sich auf der Seite des Formulars sofort anmelden.',
  },
  page: {
    description: 'Tragen Sie Ihre E-Mail-Adresse ein und erhalten Sie unseren Newsletter.',
    toForm: 'Zum Formular',
    scan: 'Code scannen und anmelden',
    qrCode: 'QR-Code',
  },
};
