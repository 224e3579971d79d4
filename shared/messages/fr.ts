import type { Messages } from './messages.ts';

export const fr: Messages = {
  lang: 'fr',
  dir: 'ltr',
  labels: {
    email: 'Adresse e-mail',
    first_name: 'Prénom',
    last_name: 'Nom',
  },
  fieldIssues: {
    email: 'Saisissez une adresse e-mail valide, par exemple nom@example.com.',
    tel: 'Saisissez un numéro de téléphone valide, par exemple +44 20 7946 0123.',
    url: 'Saisissez une adresse web, par exemple https://www.example.com.',
    number: {
      any: 'Saisissez un nombre.',
      between: 'Saisissez un nombre compris entre {min} et {max}.',
      from: 'Saisissez un nombre supérieur ou égal à {min}.',
      to: 'Saisissez un nombre inférieur ou égal à {max}.',
    },
    date: {
      any: 'Saisissez une date complète.',
      between: 'Saisissez une date comprise entre le {min} et le {max}.',
      from: 'Saisissez une date à partir du {min}.',
      to: 'Saisissez une date jusqu’au {max}.',
    },
    choice: 'Veuillez choisir une option.',
    checkbox: 'Veuillez cocher cette case.',
  },
  texts: {
    submit: 'S’inscrire',
    sending: 'Envoi…',
    accepted: 'Merci, votre inscription est enregistrée.',
    acceptedTitle: 'Votre inscription est faite',
    acceptedFor: 'Merci. Nous avons bien votre inscription pour {address}.',
    acceptedNext: 'Si rien n’arrive, regardez dans vos courriers indésirables.',
    optional: '(facultatif)',
    suggestion: 'Vouliez-vous dire {address}\u202f?',
    takeSuggestion: 'Oui, corriger',
    close: 'Fermer',
    leaveEmpty: 'Laissez ce champ vide',
    issues: {
      missing: 'Veuillez remplir ce champ.',
      malformed: 'Veuillez vérifier ce champ.',
      too_long: 'Ce texte est trop long.',
      unknown: 'Ce champ n’existe pas dans ce formulaire.',
      disposable:
        'Veuillez indiquer une adresse permanente. Nous ne pouvons pas écrire aux adresses jetables.',
      not_ascii:
        'Nous ne pouvons pas écrire aux adresses qui contiennent des lettres accentuées ou non latines avant l’arobase (@). Veuillez en indiquer une autre.',
    },
    problems: {
      invalid: 'Veuillez vérifier les champs signalés.',
      malformed: 'Le formulaire n’a pas pu être traité. Veuillez recharger la page et réessayer.',
      unsupported: 'Le formulaire n’a pas pu être traité. Veuillez recharger la page et réessayer.',
      too_large: 'Le texte saisi est trop long pour ce formulaire. Veuillez le raccourcir.',
      origin_refused: 'Ce formulaire ne peut pas être utilisé sur cette page.',
      rate_limited: 'Il y a trop d’inscriptions en ce moment. Veuillez réessayer un peu plus tard.',
      bot_suspected: 'Nous n’avons pas pu vérifier que vous n’êtes pas un robot. Veuillez réessayer.',
      no_such_form: 'Ce formulaire n’existe plus.',
      not_found: 'Ce formulaire n’existe plus.',
      method_not_allowed: 'Une erreur s’est produite de notre côté. Veuillez réessayer.',
      unavailable: 'Les inscriptions sont momentanément impossibles. Veuillez réessayer dans une minute.',
      internal: 'Une erreur s’est produite de notre côté. Veuillez réessayer.',
      unreachable: 'Notre serveur est injoignable. Veuillez vérifier votre connexion et réessayer.',
    },
  },
  hosted: { title: 'Inscription à notre newsletter' },
  confirm: {
    title: 'Plus qu’un clic',
    explanation: 'Veuillez confirmer votre inscription pour nous montrer que vous n’êtes pas un robot.',
    tooSoon:
      'C’était très rapide. Veuillez attendre un instant et cliquer à nouveau, afin que nous sachions que vous n’êtes pas un robot.',
    button: 'Confirmer mon inscription',
    useScripts:
      'Si vous activez JavaScript dans votre navigateur, vous pouvez vous inscrire tout de suite sur la page du formulaire.',
  },
  page: {
    description: 'Indiquez votre adresse e-mail pour recevoir notre newsletter.',
    toForm: 'Aller au formulaire',
    scan: 'Scannez ce code pour vous inscrire',
    qrCode: 'Code QR',
  },
};
