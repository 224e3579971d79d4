import type { Messages } from './messages.ts';

export const sv: Messages = {
  lang: 'sv',
  dir: 'ltr',
  labels: {
    email: 'E-postadress',
    first_name: 'Förnamn',
    last_name: 'Efternamn',
  },
  fieldIssues: {
    email: 'Ange en giltig e-postadress, till exempel namn@example.com.',
    tel: 'Ange ett giltigt telefonnummer, till exempel +44 20 7946 0123.',
    url: 'Ange en webbadress, till exempel https://www.example.com.',
    number: {
      any: 'Ange ett tal.',
      between: 'Ange ett tal från {min} till {max}.',
      from: 'Ange ett tal som är minst {min}.',
      to: 'Ange ett tal som är högst {max}.',
    },
    date: {
      any: 'Ange ett fullständigt datum.',
      between: 'Ange ett datum från {min} till {max}.',
      from: 'Ange ett datum tidigast {min}.',
      to: 'Ange ett datum senast {max}.',
    },
    choice: 'Välj ett alternativ.',
    checkbox: 'Kryssa i den här rutan.',
  },
  texts: {
    submit: 'Prenumerera',
    sending: 'Skickar\u00a0…',
    accepted: 'Tack! Din prenumeration är registrerad.',
    acceptedTitle: 'Du är anmäld',
    acceptedFor: 'Tack. Vi har tagit emot anmälan för {address}.',
    acceptedNext: 'Om inget kommer, titta i skräpposten.',
    optional: '(valfritt)',
    suggestion: 'Menade du {address}?',
    takeSuggestion: 'Ja, ändra',
    close: 'Stäng',
    leaveEmpty: 'Lämna det här fältet tomt',
    issues: {
      missing: 'Fyll i det här fältet.',
      malformed: 'Kontrollera det här fältet.',
      too_long: 'Texten är för lång.',
      unknown: 'Det här fältet finns inte i formuläret.',
      disposable: 'Använd en permanent adress. Vi kan inte skicka till engångsadresser.',
      not_ascii:
        'Vi kan inte skicka till adresser med å, ä, ö eller andra bokstäver än a–z före @. Använd en annan adress.',
    },
    problems: {
      invalid: 'Kontrollera de markerade fälten.',
      malformed: 'Formuläret kunde inte behandlas. Ladda om sidan och försök igen.',
      unsupported: 'Formuläret kunde inte behandlas. Ladda om sidan och försök igen.',
      too_large: 'Texten är för lång för det här formuläret. Korta ner den och försök igen.',
      origin_refused: 'Det här formuläret kan inte användas på den här sidan.',
      rate_limited: 'För många försöker prenumerera just nu. Försök igen om en stund.',
      bot_suspected: 'Vi kunde inte avgöra om du är en människa. Försök igen.',
      no_such_form: 'Det här formuläret finns inte längre.',
      not_found: 'Det här formuläret finns inte längre.',
      method_not_allowed: 'Något gick fel hos oss. Försök igen.',
      unavailable: 'Det går inte att prenumerera just nu. Försök igen om en minut.',
      internal: 'Något gick fel hos oss. Försök igen.',
      unreachable: 'Det gick inte att nå vår server. Kontrollera din internetanslutning och försök igen.',
    },
  },
  hosted: { title: 'Prenumerera på vårt nyhetsbrev' },
  confirm: {
    title: 'Bara ett klick kvar',
    explanation: 'Bekräfta din prenumeration, så vet vi att du inte är en robot.',
    tooSoon:
      'Det gick väldigt fort. Vänta ett ögonblick och klicka igen, så att vi vet att du inte är en robot.',
    button: 'Bekräfta prenumerationen',
    useScripts:
      'Om du slår på JavaScript i din webbläsare kan du anmäla dig direkt på formulärets egen sida.',
  },
  page: {
    description: 'Ange din e-postadress och få vårt nyhetsbrev.',
    toForm: 'Gå till formuläret',
    scan: 'Skanna koden för att prenumerera',
    qrCode: 'QR-kod',
  },
};
