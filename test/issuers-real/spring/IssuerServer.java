// Spring Authorization Server with its own sign-in page, as one source file that Java runs as it is.
// Arguments: the port, a file with the people, and the file of its keys. A POST to /rotate-keys makes
// it sign with a new key. Beyond the defaults, it names the server that an exchange asks for as the
// audience of the new token: by itself it would name the client.

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenExchangeAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.config.annotation.web.configurers.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class IssuerServer {
  static String issuer;
  static Path people;
  static Path keysFile;
  static volatile List<JWK> keys = new ArrayList<>();

  public static void main(String[] args) throws Exception {
    issuer = "http://127.0.0.1:" + args[0];
    people = Path.of(args[1]);
    keysFile = Path.of(args[2]);
    if (Files.exists(keysFile)) keys = JWKSet.parse(Files.readString(keysFile)).getKeys();
    else rotate();
    var app = new SpringApplication(IssuerServer.class, Keys.class);
    app.run("--server.port=" + args[0], "--server.address=127.0.0.1", "--spring.main.banner-mode=off");
  }

  static synchronized void rotate() throws Exception {
    var all = new ArrayList<JWK>();
    all.add(new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate());
    all.addAll(keys);
    keys = all;
    Files.writeString(keysFile, new JWKSet(keys).toString(false));
  }

  @RestController
  static class Keys {
    @PostMapping("/rotate-keys")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void rotateKeys() throws Exception {
      rotate();
    }
  }

  @Bean
  @Order(1)
  SecurityFilterChain server(HttpSecurity http) throws Exception {
    var server = OAuth2AuthorizationServerConfigurer.authorizationServer();
    return http.securityMatcher(server.getEndpointsMatcher())
        .with(server, (configured) -> configured.oidc(Customizer.withDefaults()))
        .authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
        .exceptionHandling((failures) -> failures.defaultAuthenticationEntryPointFor(
            new LoginUrlAuthenticationEntryPoint("/login"),
            new MediaTypeRequestMatcher(MediaType.TEXT_HTML)))
        .build();
  }

  @Bean
  @Order(2)
  SecurityFilterChain pages(HttpSecurity http) throws Exception {
    return http.csrf((csrf) -> csrf.ignoringRequestMatchers("/rotate-keys"))
        .authorizeHttpRequests((requests) -> requests
            .requestMatchers("/rotate-keys").permitAll()
            .anyRequest().authenticated())
        .formLogin(Customizer.withDefaults())
        .build();
  }

  @Bean
  UserDetailsService people() throws Exception {
    var all = new InMemoryUserDetailsManager();
    for (String line : Files.readAllLines(people)) {
      var fields = line.split(" ");
      all.createUser(User.withUsername(fields[0]).password(fields[1]).roles("PERSON").build());
    }
    return all;
  }

  /** Fifty people sign in at once, and nobody attacks their passwords. */
  @Bean
  PasswordEncoder passwords() {
    return new PasswordEncoder() {
      public String encode(CharSequence password) {
        return password.toString();
      }

      public boolean matches(CharSequence password, String encoded) {
        return encoded.contentEquals(password);
      }
    };
  }

  @Bean
  RegisteredClientRepository clients() {
    var page = RegisteredClient.withId("page").clientId("page").clientSecret("the-secret-of-the-page")
        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
        .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
        .redirectUri("https://app.example/signed-in")
        .scopes((scopes) -> scopes.addAll(List.of("openid", "tasks:read", "notes:read")))
        .clientSettings(ClientSettings.builder().requireProofKey(true).build())
        .tokenSettings(TokenSettings.builder().reuseRefreshTokens(false).build())
        .build();
    var connecting = RegisteredClient.from(page).id("connecting").clientId("connecting")
        .clientSecret("the-secret-of-connecting")
        .redirectUris((uris) -> {
          uris.clear();
          uris.add("https://app.example/connected/Tasks");
        })
        .build();
    var app = RegisteredClient.withId("app").clientId("app").clientSecret("the-secret-of-the-app")
        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
        .authorizationGrantType(AuthorizationGrantType.TOKEN_EXCHANGE)
        .scopes((scopes) -> scopes.addAll(List.of("tasks:read", "notes:read")))
        .tokenSettings(TokenSettings.builder().accessTokenTimeToLive(Duration.ofMinutes(5)).build())
        .build();
    return new InMemoryRegisteredClientRepository(page, connecting, app);
  }

  @Bean
  AuthorizationServerSettings settings() {
    return AuthorizationServerSettings.builder().issuer(issuer).build();
  }

  @Bean
  JWKSource<SecurityContext> keySource() {
    return (selector, context) -> selector.select(new JWKSet(keys));
  }

  /** The newest key signs. */
  @Bean
  JwtEncoder encoder(JWKSource<SecurityContext> source) {
    var encoder = new NimbusJwtEncoder(source);
    encoder.setJwkSelector((fitting) -> fitting.get(0));
    return encoder;
  }

  @Bean
  OAuth2TokenCustomizer<JwtEncodingContext> audience() {
    return (context) -> {
      if (context.getAuthorizationGrant() instanceof OAuth2TokenExchangeAuthenticationToken exchange) {
        var named = exchange.getAudiences().isEmpty() ? exchange.getResources() : exchange.getAudiences();
        if (!named.isEmpty()) context.getClaims().audience(List.copyOf(named));
      }
    };
  }
}
