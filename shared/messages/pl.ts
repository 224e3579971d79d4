import type { Messages } from './messages.ts';

export const pl: Messages = {
  lang: 'pl',
  dir: 'ltr',
  labels: {
    email: 'Adres e-mail',
    first_name: 'Imię',
    last_name: 'Nazwisko',
  },
  fieldIssues: {
    email: 'Prosimy podać poprawny adres e-mail, na przykład nazwa@example.com.',
    tel: 'Prosimy podać poprawny numer telefonu, na przykład +44 20 7946 0123.',
    url: 'Prosimy podać adres strony, na przykład https://www.example.com.',
    number: {
      any: 'Prosimy podać liczbę.',
      between: 'Prosimy podać liczbę od {min} do {max}.',
      from: 'Prosimy podać liczbę nie mniejszą niż {min}.',
      to: 'Prosimy podać liczbę nie większą niż {max}.',
    },
    date: {
      any: 'Prosimy podać pełną datę.',
      between: 'Prosimy podać datę z okresu {min} – {max}.',
      from: 'Prosimy podać datę nie wcześniejszą niż {min}.',
      to: 'Prosimy podać datę nie późniejszą niż {max}.',
    },
    choice: 'Prosimy wybrać jedną z opcji.',
    checkbox: 'Prosimy zaznaczyć to pole.',
  },
  texts: {
    submit: 'Zapisuję się',
    sending: 'Wysyłanie…',
    accepted: 'Dziękujemy za zapis do newslettera.',
    acceptedTitle: 'Zapis przyjęty',
    acceptedFor: 'Dziękujemy. Mamy zapis adresu {address}.',
    acceptedNext: 'Jeśli nic nie przyjdzie, zajrzyj do folderu ze spamem.',
    optional: '(opcjonalnie)',
    suggestion: 'Czy chodziło o {address}?',
    takeSuggestion: 'Tak, popraw',
    close: 'Zamknij',
    leaveEmpty: 'To pole ma pozostać puste',
    issues: {
      missing: 'To pole jest wymagane.',
      malformed: 'Prosimy sprawdzić to pole.',
      too_long: 'Tekst jest za długi.',
      unknown: 'Ten formularz nie ma takiego pola.',
      disposable: 'Prosimy podać stały adres. Na adresy tymczasowe nie możemy wysyłać wiadomości.',
      not_ascii:
        'Nie możemy wysyłać wiadomości na adresy, w których przed znakiem @ są polskie znaki lub inne litery niż a–z. Prosimy podać inny adres.',
    },
    problems: {
      invalid: 'Prosimy sprawdzić zaznaczone pola.',
      malformed: 'Nie udało się przetworzyć formularza. Prosimy odświeżyć stronę i spróbować ponownie.',
      unsupported: 'Nie udało się przetworzyć formularza. Prosimy odświeżyć stronę i spróbować ponownie.',
      too_large: 'Tekst jest za długi dla tego formularza. Prosimy go skrócić.',
      origin_refused: 'Tego formularza nie można używać na tej stronie.',
      rate_limited: 'W tej chwili zapisuje się zbyt wiele osób. Prosimy spróbować ponownie za chwilę.',
      bot_suspected: 'Nie udało się potwierdzić, że formularz wypełnia człowiek. Prosimy spróbować ponownie.',
      no_such_form: 'Ten formularz już nie istnieje.',
      not_found: 'Ten formularz już nie istnieje.',
      method_not_allowed: 'Wystąpił błąd po naszej stronie. Prosimy spróbować ponownie.',
      unavailable: 'W tej chwili zapisy nie są możliwe. Prosimy spróbować ponownie za minutę.',
      internal: 'Wystąpił błąd po naszej stronie. Prosimy spróbować ponownie.',
      unreachable:
        'Nie udało się połączyć z naszym serwerem. Prosimy sprawdzić połączenie z internetem i spróbować ponownie.',
    },
  },
  hosted: { title: 'Zapis do newslettera' },
  confirm: {
    title: 'Jeszcze jedno kliknięcie',
    explanation: 'Prosimy potwierdzić zapis, abyśmy wiedzieli, że formularza nie wypełnia robot.',
    tooSoon:
      'To było bardzo szybko. Odczekaj chwilę i kliknij jeszcze raz, abyśmy wiedzieli, że nie jesteś robotem.',
    button: 'Potwierdzam zapis',
    useScripts: 'Po włączeniu JavaScriptu w przeglądarce możesz zapisać się od razu na stronie formularza.',
  },
  page: {
    description: 'Wystarczy podać adres e-mail, aby otrzymywać nasz newsletter.',
    toForm: 'Przejdź do formularza',
    scan: 'Zeskanuj kod, aby się zapisać',
    qrCode: 'Kod QR',
  },
};
