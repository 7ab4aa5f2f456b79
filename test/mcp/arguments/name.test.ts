import { describe, expect, it } from 'vitest'
import { likenessOf, plainName } from '../../../src/mcp/arguments/name.ts'

const CREDENTIALS =
  `access_token accessToken AccessToken ACCESS_TOKEN access-token access.token accesstoken ACCESSTOKEN token Token TOKEN
  token_2 api_key apiKey APIKey API_KEY apikey api-key x-api-key X-API-Key x_auth_token authorization Authorization authorization_header
  auth auth_token authToken OAuthToken oauth_token oAuth bearer bearer_token bearerToken id_token idToken refresh_token jwt user_jwt
  password PASSWORD new_password db_password passwd pwd secret client_secret clientSecret webhook_secret session_token sessionToken
  credentials credential aws_credentials creds github_token slackBotToken notion_token personal_access_token pat private_key
  secret_access_key secretKey aws_access_key subscription-key passphrase cookie session_cookie githubtoken useraccesstoken
  access_token_value api_key_string token_header gitlab_pat_token connectionString connection_string conn_str database_url MONGODB_URI
  dsn headers webhookHeaders http_headers`.split(/\s+/)

const SUBJECTS =
  `user_id userId userID USER_ID user-id userid uid UID subject sub subject_id account_id accountId tenant_id tenantId tenant
  on_behalf_of onBehalfOf principal principal_id current_user_id currentUser authenticated_user_id acting_user my_user_id x_user_id
  X-User-Id run_as act_as impersonate impersonate_user logged_in_user_id requesting_user user_uuid session_user_id
  raise_on_behalf_of onBehalfOfUserEmail account email user_email userEmail user_google_email account_email my_email_address`.split(
    /\s+/,
  )

const NEITHER =
  `max_tokens maxTokens token_count tokenCount page_token pageToken next_page_token nextPageToken nextpagetoken cursor
  cursor_token continuation_token sync_token tokenizer tokenize tokens num_tokens input_token max_token token_type tokenType token_id
  token_address from_token to_token csrf_token password_policy_id passwordPolicyId secret_name secretName secret_id api_key_id apiKeyId
  key issue_key projectKey primary_key keyword author authors author_id authority auth_type authType oauth_provider basic authorized
  cookies session_id sessionId client_id clientId user user_name username user_ids userIds target_user_id assignee_user_id
  customer_id owner organization_id subdomain subtitle substring subjects title id name path tenancy passenger compass bearing
  requesterAccountId column_headers_of_row header_row emails recipient_email connection connection_name webhook_url url
  credentialed design_token idempotency_token progress_token __proto__ constructor _ 2 é
  s3_key base64 e2e_tests h264 oauth2_scopes l10n i18n_key sha256 p2p_address k8s_namespace label mAIl html IDl all`.split(
    /\s+/,
  )

/** Passwords, tokens and keys in other languages. */
const FOREIGN =
  `passwort mein_kennwort zugangstoken api_schlüssel apiSchluessel wachtwoord toegangstoken lösenord kodeord passord mot_de_passe
  motDePasse jeton_d_accès clé_api contraseña nueva_contrasena clave_secreta senha senha_do_usuario chave_api chiave_segreta credenziali
  hasło klucz_api heslo geslo lozinka jelszó salasana şifre kullaniciSifre пароль новый_пароль токен токен_доступа секрет
  συνθηματικό סיסמה كلمة_المرور رمز_الوصول گذرواژه पासवर्ड รหัสผ่าน mật_khẩu kata_sandi 密码 用户密码 密碼 令牌 访问令牌 密钥 api密钥
  パスワード 新しいパスワード 暗証番号 アクセストークン APIキー 秘密鍵 비밀번호 새비밀번호 토큰 액세스토큰 API키`.split(
    /\s+/,
  )

/** Ordinary words of other languages that are near to those. */
const FOREIGN_NEITHER =
  `clave clave_producto ficha jeton parola_chiave ultima_parola schlüssel schlüsselwort titel sleutel nyckel chave clé clef wort
  passage senhor contraste наименование ключ ключевое_слово заголовок паром 密码策略 标题 关键词 名称 令 トークン数 最大トークン数 タイトル 키워드 제목
  كلمة مفتاح כותרת शीर्षक`.split(/\s+/)

describe('the name of a parameter', () => {
  it.each(FOREIGN)('%s looks like a credential in its language', (name) => {
    expect(likenessOf(name)).toBe('credential')
  })

  it.each(FOREIGN_NEITHER)('%s looks like neither in its language', (name) => {
    expect(likenessOf(name)).toBeUndefined()
  })

  it.each(CREDENTIALS)('%s looks like a credential', (name) => {
    expect(likenessOf(name)).toBe('credential')
  })

  it.each(SUBJECTS)('%s looks like an identity', (name) => {
    expect(likenessOf(name)).toBe('subject')
  })

  it.each([...NEITHER, ''])('%j looks like neither', (name) => {
    expect(likenessOf(name)).toBeUndefined()
  })

  it.each([
    ['fullwidth letters', 'ａｃｃｅｓｓ＿ｔｏｋｅｎ', 'credential'],
    ['Cyrillic letters', 'ассеѕѕ_tоkеn', 'credential'],
    ['Greek letters', 'αccess_tοken', 'credential'],
    ['a capital Cyrillic letter', 'Тoken', 'credential'],
    ['accents', 'àccess_tökén', 'credential'],
    ['a zero-width space', 'access_tok\u200ben', 'credential'],
    ['a soft hyphen', 'to\u00adken', 'credential'],
    ['a variation selector', 'tok\ufe0fen', 'credential'],
    ['mathematical letters', '𝐭𝐨𝐤𝐞𝐧', 'credential'],
    ['a dotless i', 'user_ıd', 'subject'],
    ['Armenian letters', 'tօkeո', 'credential'],
    ['Lisu letters', 'ꓮꓚꓚꓰꓢꓢ_ꓔꓳꓗꓰꓠ', 'credential'],
    ['Cherokee letters', 'ᎢᎾᏦᎬΝ', 'credential'],
    ['small Cherokee letters', 'ꮯookie', 'credential'],
    ['Coptic letters', 'ⲧⲟⲕⲉⲛ', 'credential'],
    ['Coptic capitals', 'ⲦⲞⲔⲈⲚ', 'credential'],
    ['small capitals', 'ᴘᴀꜱꜱᴡᴏʀᴅ', 'credential'],
    ['struck letters', 'tøken', 'credential'],
    ['letters in circles', 'ⓟⓐⓢⓢⓦⓞⓡⓓ', 'credential'],
    ['script letters', '𝓽𝓸𝓴𝓮𝓷', 'credential'],
    ['double-struck letters', '𝕤𝕖𝕔𝕣𝕖𝕥', 'credential'],
    ['a foreign capital in the middle', 'access_tΟken', 'credential'],
    ['digits for letters', 'passw0rd', 'credential'],
    ['digits for more letters', 'acce55_t0k3n', 'credential'],
    ['signs for letters', 'p@$sword', 'credential'],
    ['a capital I for an l', 'credentiaI', 'credential'],
    ['an l for a capital I', 'APl_KEY', 'credential'],
    ['an l in an id', 'user_lD', 'subject'],
    ['a long name in front', `${'a_'.repeat(5000)}access_token`, 'credential'],
    ['spaces', 'Access Token', 'credential'],
  ])('is read through %s', (_, name, value) => {
    expect(likenessOf(name)).toBe(value)
  })

  it('is read in bounded time when it is very long', () => {
    const start = performance.now()
    for (const name of ['A'.repeat(1e6), 'aA'.repeat(1e6), '1'.repeat(1e6), '_'.repeat(1e6)])
      likenessOf(name)
    expect(performance.now() - start).toBeLessThan(500)
  })

  it.each(['body', 'to', 'message', 'html_body', 'cc', 'bodyText'])(
    'makes "subject" the line of a message beside "%s"',
    (sibling) => {
      expect(likenessOf('subject', ['subject', sibling])).toBeUndefined()
    },
  )

  it('has the same meaning beside a message when it is not subject', () => {
    expect(likenessOf('user_id', ['body', 'to'])).toBe('subject')
    expect(likenessOf('subject', ['subject', 'title'])).toBe('subject')
  })

  it('is recognized in other spellings', () => {
    expect(
      new Set(
        ['access_token', 'accessToken', 'Access-Token', 'ACCESS TOKEN', 'ассess_token'].map(
          plainName,
        ),
      ).size,
    ).toBe(1)
  })
})
