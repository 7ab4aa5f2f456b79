// The common words of other languages for passwords, access tokens and keys. Ambiguous words are
// here only in compounds: Spanish `clave` is any key, French `jeton` any counter.

import { wordsOf } from './name-words.ts'

/** Words for passwords. Any name whose last word is one of them is a credential. */
export const FOREIGN_PASSWORDS: ReadonlySet<string> = folded(`
  de: passwort kennwort
  nl: wachtwoord
  sv, da, no: lösenord adgangskode kodeord passord
  fr: mot_de_passe motdepasse
  es: contraseña
  pt: senha palavra_passe
  pl, cs, sk, sl: hasło heslo geslo
  hr, sr: lozinka лозинка
  hu, fi, et, lt: jelszó salasana salasõna slaptažodis
  tr: şifre
  ru, uk, bg: пароль парола
  el: συνθηματικό κωδικός_πρόσβασης
  he: סיסמה סיסמא
  ar: كلمة_المرور كلمة_السر كلمة_مرور
  fa: رمز_عبور گذرواژه
  hi, bn: पासवर्ड পাসওয়ার্ড
  th: รหัสผ่าน
  vi: mật_khẩu
  id, ms: kata_sandi kata_laluan
  zh: 密码 密碼 口令
  ja: パスワード 暗証番号
  ko: 비밀번호 패스워드
`)

/** Whole names for tokens, keys and the like. */
export const FOREIGN_CREDENTIALS: ReadonlySet<string> = folded(`
  de: api_schlüssel api_schluessel geheimschlüssel geheimer_schlüssel zugangsschlüssel
    privater_schlüssel zugangsdaten anmeldedaten
  nl: api_sleutel geheime_sleutel toegangssleutel inloggegevens
  sv, da, no: api_nyckel hemlig_nyckel åtkomstnyckel api_nøgle api_nøkkel
  fr: jeton_accès jeton_d_accès jeton_api jeton_d_authentification clé_api clé_d_api clé_secrète
    clé_d_accès clé_privée
  es: clave_api clave_secreta clave_de_acceso clave_acceso clave_privada credenciales
    token_de_acceso token_acceso ficha_de_acceso
  pt: chave_api chave_secreta chave_de_acesso chave_privada credenciais token_de_acesso token_acesso
  it: chiave_api chiave_segreta chiave_di_accesso chiave_privata credenziali token_di_accesso
    token_accesso parola_d_ordine
  pl, cs: klucz_api klucz_dostępu klucz_prywatny token_dostępu klíč_api api_klíč přístupový_klíč
  tr: parola erişim_belirteci api_anahtarı gizli_anahtar
  ro: parolă cheie_api
  ru: токен токен_доступа ключ_доступа ключ_api api_ключ апи_ключ секретный_ключ секрет
    приватный_ключ учётные_данные
  uk: токен_доступу ключ_доступу секретний_ключ
  el: διακριτικό_πρόσβασης κλειδί_api
  he: אסימון אסימון_גישה מפתח_api
  ar: رمز_الوصول رمز_الدخول مفتاح_api مفتاح_الوصول
  hi: टोकन
  th: โทเค็น
  vi: khóa_api khóa_bí_mật mã_truy_cập
  id: kunci_api kunci_rahasia token_akses
  zh: 令牌 访问令牌 存取權杖 存取权杖 權杖 密钥 密鑰 金鑰 私钥 私鑰 凭据 api密钥 api金鑰 访问密钥
  ja: トークン アクセストークン 認証トークン 秘密鍵 アクセスキー apiキー 認証情報
  ko: 토큰 액세스토큰 접근토큰 인증토큰 api키 비밀키 액세스키 암호
`)

/** The words of a list with names of languages, as `likenessOf` compares them. */
function folded(list: string): ReadonlySet<string> {
  const words = list.split(/\s+/).filter((word) => word !== '' && !/^[a-z]{2}[:,]$/.test(word))
  return new Set(words.map((word) => wordsOf(word).join('')))
}
