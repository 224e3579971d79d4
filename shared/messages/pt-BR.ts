import type { Messages } from './messages.ts';

export const ptBR: Messages = {
  lang: 'pt-BR',
  dir: 'ltr',
  labels: {
    email: 'E-mail',
    first_name: 'Nome',
    last_name: 'Sobrenome',
  },
  malformedEmail: 'Digite um e-mail válido, como nome@example.com.',
  texts: {
    submit: 'Inscrever-se',
    sending: 'Enviando…',
    accepted: 'Obrigado! Sua inscrição foi concluída.',
    optional: '(opcional)',
    suggestion: 'Você quis dizer {address}?',
    takeSuggestion: 'Sim, corrigir',
    close: 'Fechar',
    leaveEmpty: 'Deixe este campo em branco',
    issues: {
      missing: 'Preencha este campo.',
      malformed: 'Verifique este campo.',
      too_long: 'O texto é longo demais.',
      unknown: 'Este campo não faz parte do formulário.',
      disposable: 'Use um e-mail permanente. Não conseguimos enviar mensagens para endereços descartáveis.',
      not_ascii:
        'Não conseguimos enviar mensagens para endereços com acentos, cedilha ou letras não latinas antes do @. Use outro e-mail.',
    },
    problems: {
      invalid: 'Verifique os campos marcados.',
      malformed: 'Não foi possível processar o formulário. Recarregue a página e tente novamente.',
      unsupported: 'Não foi possível processar o formulário. Recarregue a página e tente novamente.',
      too_large: 'O texto é longo demais para este formulário. Por favor, encurte-o.',
      origin_refused: 'Este formulário não pode ser usado nesta página.',
      rate_limited: 'Há inscrições demais no momento. Tente novamente daqui a pouco.',
      bot_suspected: 'Não conseguimos confirmar que você não é um robô. Tente novamente.',
      no_such_form: 'Este formulário não existe mais.',
      not_found: 'Este formulário não existe mais.',
      method_not_allowed: 'Algo deu errado do nosso lado. Tente novamente.',
      unavailable: 'Não é possível se inscrever no momento. Tente novamente em um minuto.',
      internal: 'Algo deu errado do nosso lado. Tente novamente.',
      unreachable: 'Não foi possível conectar ao nosso servidor. Verifique sua conexão e tente novamente.',
    },
  },
  hosted: { title: 'Inscreva-se na nossa newsletter' },
  confirm: {
    title: 'Só mais um clique',
    explanation: 'Confirme sua inscrição para sabermos que você não é um robô.',
    button: 'Confirmar inscrição',
  },
  page: {
    description: 'Informe seu e-mail para receber nossa newsletter.',
    toForm: 'Ir para o formulário',
    scan: 'Escaneie o código para se inscrever',
    qrCode: 'Código QR',
  },
};
