import type { Messages } from './messages.ts';

export const it: Messages = {
  lang: 'it',
  dir: 'ltr',
  labels: {
    email: 'Indirizzo email',
    first_name: 'Nome',
    last_name: 'Cognome',
  },
  fieldIssues: {
    email: 'Inserire un indirizzo email valido, ad esempio nome@example.com.',
    tel: 'Inserire un numero di telefono valido, ad esempio +44 20 7946 0123.',
    url: 'Inserire un indirizzo web, ad esempio https://www.example.com.',
    number: {
      any: 'Inserire un numero.',
      between: 'Inserire un numero compreso tra {min} e {max}.',
      from: 'Inserire un numero non inferiore a {min}.',
      to: 'Inserire un numero non superiore a {max}.',
    },
    date: {
      any: 'Inserire una data completa.',
      between: 'Inserire una data compresa tra {min} e {max}.',
      from: 'Inserire una data non precedente a {min}.',
      to: 'Inserire una data non successiva a {max}.',
    },
    choice: 'Selezionare un’opzione.',
    checkbox: 'Selezionare questa casella.',
  },
  texts: {
    submit: 'Iscrivimi',
    sending: 'Invio…',
    accepted: 'Grazie! Iscrizione completata.',
    acceptedTitle: 'Iscrizione completata',
    acceptedFor: 'Grazie. Abbiamo ricevuto l’iscrizione di {address}.',
    acceptedNext: 'Se non arriva nulla, controlli nella cartella della posta indesiderata.',
    optional: '(facoltativo)',
    suggestion: 'L’indirizzo corretto è {address}?',
    takeSuggestion: 'Sì, correggi',
    close: 'Chiudi',
    leaveEmpty: 'Lasciare vuoto questo campo',
    issues: {
      missing: 'Questo campo è obbligatorio.',
      malformed: 'Si prega di controllare questo campo.',
      too_long: 'Il testo è troppo lungo.',
      unknown: 'Questo campo non fa parte del modulo.',
      disposable:
        'Si prega di usare un indirizzo permanente. Non possiamo inviare messaggi a indirizzi temporanei.',
      not_ascii:
        'Non possiamo inviare messaggi a indirizzi con lettere accentate o non latine prima della chiocciola (@). Si prega di usarne un altro.',
    },
    problems: {
      invalid: 'Si prega di controllare i campi segnalati.',
      malformed: 'Non è stato possibile elaborare il modulo. Si prega di ricaricare la pagina e riprovare.',
      unsupported: 'Non è stato possibile elaborare il modulo. Si prega di ricaricare la pagina e riprovare.',
      too_large: 'Il testo è troppo lungo per questo modulo. Si prega di abbreviarlo.',
      origin_refused: 'Questo modulo non può essere usato su questa pagina.',
      rate_limited: 'Ci sono troppe iscrizioni in questo momento. Si prega di riprovare tra poco.',
      bot_suspected: 'Non è stato possibile verificare che non si tratti di un robot. Si prega di riprovare.',
      no_such_form: 'Questo modulo non esiste più.',
      not_found: 'Questo modulo non esiste più.',
      method_not_allowed: 'Si è verificato un errore da parte nostra. Si prega di riprovare.',
      unavailable: 'Al momento non è possibile iscriversi. Si prega di riprovare tra un minuto.',
      internal: 'Si è verificato un errore da parte nostra. Si prega di riprovare.',
      unreachable:
        'Il nostro server non è raggiungibile. Si prega di controllare la connessione e riprovare.',
    },
  },
  hosted: { title: 'Iscrizione alla nostra newsletter' },
  confirm: {
    title: 'Ancora un clic',
    explanation: 'Si prega di confermare l’iscrizione: così sappiamo che non si tratta di un robot.',
    tooSoon:
      'È stato molto veloce. Si prega di attendere un momento e di fare di nuovo clic: così sappiamo che non si tratta di un robot.',
    button: 'Conferma l’iscrizione',
    useScripts: 'Con JavaScript attivo nel browser è possibile iscriversi subito nella pagina del modulo.',
  },
  page: {
    description: 'Basta un indirizzo email per ricevere la nostra newsletter.',
    toForm: 'Vai al modulo',
    scan: 'Inquadrare il codice per iscriversi',
    qrCode: 'Codice QR',
  },
};
