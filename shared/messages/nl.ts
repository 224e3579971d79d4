import type { Messages } from './messages.ts';

export const nl: Messages = {
  lang: 'nl',
  dir: 'ltr',
  labels: {
    email: 'E-mailadres',
    first_name: 'Voornaam',
    last_name: 'Achternaam',
  },
  fieldIssues: {
    email: 'Vul een geldig e-mailadres in, bijvoorbeeld naam@example.com.',
    tel: 'Vul een geldig telefoonnummer in, bijvoorbeeld +44 20 7946 0123.',
    url: 'Vul een webadres in, bijvoorbeeld https://www.example.com.',
    number: {
      any: 'Vul een getal in.',
      between: 'Vul een getal van {min} tot en met {max} in.',
      from: 'Vul een getal van minstens {min} in.',
      to: 'Vul een getal van hoogstens {max} in.',
    },
    date: {
      any: 'Vul een volledige datum in.',
      between: 'Vul een datum van {min} tot en met {max} in.',
      from: 'Vul een datum vanaf {min} in.',
      to: 'Vul een datum tot en met {max} in.',
    },
    choice: 'Kies een van de mogelijkheden.',
    checkbox: 'Vink dit vakje aan.',
  },
  texts: {
    submit: 'Aanmelden',
    sending: 'Versturen…',
    accepted: 'Bedankt! De aanmelding is gelukt.',
    acceptedTitle: 'Aanmelding gelukt',
    acceptedFor: 'Bedankt. We hebben de aanmelding van {address} ontvangen.',
    acceptedNext: 'Komt er niets aan? Kijk dan in de map met ongewenste e-mail.',
    optional: '(optioneel)',
    suggestion: 'Is {address} het juiste adres?',
    takeSuggestion: 'Ja, aanpassen',
    close: 'Sluiten',
    leaveEmpty: 'Laat dit veld leeg',
    issues: {
      missing: 'Vul dit veld in.',
      malformed: 'Controleer dit veld.',
      too_long: 'Deze tekst is te lang.',
      unknown: 'Dit veld hoort niet bij dit formulier.',
      disposable: 'Gebruik een permanent e-mailadres. Naar wegwerpadressen kunnen we niets sturen.',
      not_ascii:
        'Naar adressen met accenten of niet-Latijnse letters vóór het @-teken kunnen we niets sturen. Gebruik een ander adres.',
    },
    problems: {
      invalid: 'Controleer de gemarkeerde velden.',
      malformed: 'Het formulier kon niet worden verwerkt. Vernieuw de pagina en probeer het opnieuw.',
      unsupported: 'Het formulier kon niet worden verwerkt. Vernieuw de pagina en probeer het opnieuw.',
      too_large: 'Dit is te veel tekst voor dit formulier. Maak de tekst korter.',
      origin_refused: 'Dit formulier kan niet op deze pagina worden gebruikt.',
      rate_limited: 'Er zijn op dit moment te veel aanmeldingen. Probeer het straks opnieuw.',
      bot_suspected: 'We konden niet vaststellen dat er geen robot aan het werk is. Probeer het opnieuw.',
      no_such_form: 'Dit formulier bestaat niet meer.',
      not_found: 'Dit formulier bestaat niet meer.',
      method_not_allowed: 'Er ging bij ons iets mis. Probeer het opnieuw.',
      unavailable: 'Aanmelden is op dit moment niet mogelijk. Probeer het over een minuut opnieuw.',
      internal: 'Er ging bij ons iets mis. Probeer het opnieuw.',
      unreachable: 'Onze server is niet bereikbaar. Controleer de internetverbinding en probeer het opnieuw.',
    },
  },
  hosted: { title: 'Aanmelden voor onze nieuwsbrief' },
  confirm: {
    title: 'Nog één klik',
    explanation: 'Bevestig de aanmelding, zodat we weten dat er geen robot aan het werk is.',
    tooSoon:
      'Dat ging erg snel. Graag even wachten en nog een keer klikken, zodat we weten dat er geen robot aan het werk is.',
    button: 'Aanmelding bevestigen',
    useScripts:
      'Met JavaScript ingeschakeld in de browser kan de aanmelding meteen, op de pagina van het formulier.',
  },
  page: {
    description: 'Vul een e-mailadres in en ontvang onze nieuwsbrief.',
    toForm: 'Naar het formulier',
    scan: 'Scannen en aanmelden',
    qrCode: 'QR-code',
  },
};
