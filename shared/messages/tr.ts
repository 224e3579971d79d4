import type { Messages } from './messages.ts';

export const tr: Messages = {
  lang: 'tr',
  dir: 'ltr',
  labels: {
    email: 'E-posta adresi',
    first_name: 'Ad',
    last_name: 'Soyad',
  },
  malformedEmail: 'Lütfen ad@example.com gibi geçerli bir e-posta adresi girin.',
  texts: {
    submit: 'Abone ol',
    sending: 'Gönderiliyor…',
    accepted: 'Teşekkür ederiz, aboneliğiniz tamamlandı.',
    optional: '(isteğe bağlı)',
    suggestion: 'Şunu mu demek istediniz: {address}?',
    takeSuggestion: 'Evet, düzelt',
    close: 'Kapat',
    leaveEmpty: 'Bu alanı boş bırakın',
    issues: {
      missing: 'Lütfen bu alanı doldurun.',
      malformed: 'Lütfen bu alanı kontrol edin.',
      too_long: 'Bu metin çok uzun.',
      unknown: 'Bu formda böyle bir alan yok.',
      disposable: 'Lütfen kalıcı bir adres kullanın. Geçici adreslere gönderim yapamıyoruz.',
      not_ascii:
        '@ işaretinden önce Türkçe karakter veya a–z dışında harf içeren adreslere gönderim yapamıyoruz. Lütfen başka bir adres kullanın.',
    },
    problems: {
      invalid: 'Lütfen işaretli alanları kontrol edin.',
      malformed: 'Form işlenemedi. Lütfen sayfayı yenileyip tekrar deneyin.',
      unsupported: 'Form işlenemedi. Lütfen sayfayı yenileyip tekrar deneyin.',
      too_large: 'Metin bu form için çok uzun. Lütfen kısaltın.',
      origin_refused: 'Bu form bu sayfada kullanılamaz.',
      rate_limited: 'Şu anda çok fazla abonelik isteği var. Lütfen biraz sonra tekrar deneyin.',
      bot_suspected: 'Robot olmadığınızı doğrulayamadık. Lütfen tekrar deneyin.',
      no_such_form: 'Bu form artık mevcut değil.',
      not_found: 'Bu form artık mevcut değil.',
      method_not_allowed: 'Bizden kaynaklanan bir sorun oluştu. Lütfen tekrar deneyin.',
      unavailable: 'Şu anda abonelik alamıyoruz. Lütfen bir dakika sonra tekrar deneyin.',
      internal: 'Bizden kaynaklanan bir sorun oluştu. Lütfen tekrar deneyin.',
      unreachable: 'Sunucumuza ulaşılamadı. Lütfen bağlantınızı kontrol edip tekrar deneyin.',
    },
  },
  hosted: { title: 'Bültenimize abone olun' },
  confirm: {
    title: 'Son bir tıklama',
    explanation: 'Robot olmadığınızdan emin olmamız için lütfen aboneliğinizi onaylayın.',
    button: 'Aboneliği onayla',
  },
  page: {
    description: 'Bültenimizi almak için e-posta adresinizi yazın.',
    toForm: 'Forma git',
    scan: 'Abone olmak için kodu okutun',
    qrCode: 'QR kodu',
  },
};
