import type { Messages } from './messages.ts';

export const es: Messages = {
  lang: 'es',
  dir: 'ltr',
  labels: {
    email: 'Correo electrónico',
    first_name: 'Nombre',
    last_name: 'Apellidos',
  },
  fieldIssues: {
    email: 'La dirección debe tener un formato como nombre@example.com.',
    tel: 'El teléfono debe tener un formato como +44 20 7946 0123.',
    url: 'La dirección web debe tener un formato como https://www.example.com.',
    number: {
      any: 'Debe ser un número.',
      between: 'Debe ser un número entre {min} y {max}.',
      from: 'Debe ser un número a partir de {min}.',
      to: 'Debe ser un número hasta {max}.',
    },
    date: {
      any: 'La fecha debe estar completa.',
      between: 'La fecha debe estar entre el {min} y el {max}.',
      from: 'La fecha no puede ser anterior al {min}.',
      to: 'La fecha no puede ser posterior al {max}.',
    },
    choice: 'Hay que elegir una opción.',
    checkbox: 'Hay que marcar esta casilla.',
  },
  texts: {
    submit: 'Suscribirse',
    sending: 'Enviando…',
    accepted: '¡Gracias! La suscripción se ha completado.',
    acceptedTitle: 'Suscripción completada',
    acceptedFor: 'Gracias. Hemos recibido la suscripción de {address}.',
    acceptedNext: 'Si no llega nada, mire en la carpeta de correo no deseado.',
    optional: '(opcional)',
    suggestion: '¿La dirección correcta es {address}?',
    takeSuggestion: 'Sí, cambiarla',
    close: 'Cerrar',
    leaveEmpty: 'Dejar este campo vacío',
    issues: {
      missing: 'Este campo es obligatorio.',
      malformed: 'Hay que revisar este campo.',
      too_long: 'El texto es demasiado largo.',
      unknown: 'Este formulario no tiene este campo.',
      disposable: 'Se necesita una dirección permanente. No podemos enviar correos a direcciones temporales.',
      not_ascii:
        'No podemos enviar correos a direcciones con tildes, eñes o letras no latinas antes de la arroba (@). Se necesita otra dirección.',
    },
    problems: {
      invalid: 'Hay que revisar los campos marcados.',
      malformed: 'No se pudo procesar el formulario. Hay que recargar la página e intentarlo de nuevo.',
      unsupported: 'No se pudo procesar el formulario. Hay que recargar la página e intentarlo de nuevo.',
      too_large: 'El texto es demasiado largo para este formulario. Hay que acortarlo.',
      origin_refused: 'Este formulario no se puede usar en esta página.',
      rate_limited:
        'Hay demasiadas suscripciones en este momento. Es mejor volver a intentarlo dentro de un rato.',
      bot_suspected: 'No pudimos comprobar que no se trata de un robot. Se puede intentar de nuevo.',
      no_such_form: 'Este formulario ya no existe.',
      not_found: 'Este formulario ya no existe.',
      method_not_allowed: 'Algo falló por nuestra parte. Se puede intentar de nuevo.',
      unavailable: 'Ahora mismo no se admiten suscripciones. Se puede volver a intentar dentro de un minuto.',
      internal: 'Algo falló por nuestra parte. Se puede intentar de nuevo.',
      unreachable:
        'No hay conexión con nuestro servidor. Hay que comprobar la conexión a internet e intentarlo de nuevo.',
    },
  },
  hosted: { title: 'Suscripción a nuestro boletín' },
  confirm: {
    title: 'Solo falta un clic',
    explanation: 'Con esta confirmación sabremos que no se trata de un robot.',
    tooSoon:
      'Ha sido muy rápido. Espere un momento y haga clic otra vez, para que sepamos que no es un robot.',
    button: 'Confirmar la suscripción',
    useScripts:
      'Si activa JavaScript en su navegador, puede suscribirse enseguida en la página del formulario.',
  },
  page: {
    description: 'Basta con un correo electrónico para recibir nuestro boletín.',
    toForm: 'Ir al formulario',
    scan: 'Código para suscribirse con el móvil',
    qrCode: 'Código QR',
  },
};
