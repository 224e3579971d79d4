import type { Messages } from './messages.ts';

export const ja: Messages = {
  lang: 'ja',
  dir: 'ltr',
  labels: {
    email: 'メールアドレス',
    first_name: '名',
    last_name: '姓',
  },
  malformedEmail: 'メールアドレスは name@example.com の形式で入力してください。',
  texts: {
    submit: '登録する',
    sending: '送信中…',
    accepted: 'ご登録が完了しました。ありがとうございます。',
    optional: '（任意）',
    suggestion: 'もしかして {address} ですか？',
    takeSuggestion: 'はい、修正する',
    close: '閉じる',
    leaveEmpty: 'この欄は空欄のままにしてください',
    issues: {
      missing: 'この項目を入力してください。',
      malformed: 'この項目をご確認ください。',
      too_long: '文字数が多すぎます。',
      unknown: 'このフォームにはない項目です。',
      disposable: '普段お使いのメールアドレスを入力してください。使い捨てのアドレスには送信できません。',
      not_ascii:
        '「@」の前に日本語やアクセント記号付きの文字などを含むアドレスには送信できません。別のメールアドレスを入力してください。',
    },
    problems: {
      invalid: 'エラーのある項目をご確認ください。',
      malformed: 'フォームを処理できませんでした。ページを再読み込みして、もう一度お試しください。',
      unsupported: 'フォームを処理できませんでした。ページを再読み込みして、もう一度お試しください。',
      too_large: '入力内容が長すぎます。短くしてから、もう一度お試しください。',
      origin_refused: 'このフォームは、このページではご利用いただけません。',
      rate_limited: 'ただいま登録が集中しています。しばらくしてから、もう一度お試しください。',
      bot_suspected: 'ロボットではないことを確認できませんでした。もう一度お試しください。',
      no_such_form: 'お探しのフォームは見つかりませんでした。',
      not_found: 'お探しのフォームは見つかりませんでした。',
      method_not_allowed: 'サーバーで問題が発生しました。もう一度お試しください。',
      unavailable: 'ただいま登録を受け付けられません。1分ほどしてから、もう一度お試しください。',
      internal: 'サーバーで問題が発生しました。もう一度お試しください。',
      unreachable: 'サーバーに接続できませんでした。通信環境をご確認のうえ、もう一度お試しください。',
    },
  },
  hosted: { title: 'ニュースレターの登録' },
  confirm: {
    title: 'あと1クリックで完了です',
    explanation: 'ロボットによる登録ではないことを確認するため、下のボタンを押してください。',
    button: '登録を確定する',
  },
  page: {
    description: 'メールアドレスを登録すると、ニュースレターが届きます。',
    toForm: 'フォームへ',
    scan: 'コードを読み取って登録',
    qrCode: 'QRコード',
  },
};
