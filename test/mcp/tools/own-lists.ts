// Tool lists after the ways in which servers ask for credentials and identities, and for what only
// looks so. Written here: the servers that they are like do not permit a copy, or need a credential
// to list their tools. No test lives here.

import { deep } from './own-lists-deep.ts'
import { described, list, type Shape, type ToolList } from './write-lists.ts'

/** Many tools of one shape. */
const many = (names: string, parameters: Shape): [string, Shape][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, parameters])

const GOOGLE = `search_gmail_messages get_gmail_message_content send_gmail_message draft_gmail_message get_gmail_thread
  list_gmail_labels modify_gmail_labels list_calendars get_events search_drive_files get_drive_file_content list_drive_items
  create_drive_file share_drive_file get_doc_content create_doc update_doc list_spaces send_message get_messages list_tasks
  create_task update_task delete_task search_docs list_docs_in_folder create_spreadsheet read_sheet_values get_form create_form`

export const OWN_LISTS: readonly ToolList[] = [
  list('google-workspace', [
    ...many(GOOGLE, 'user_google_email! query page_size:integer page_token'),
    ['manage_event', 'user_google_email! action! summary attendees:array conference_passcode'],
    ['start_google_auth', 'service_name! user_google_email'],
    ['create_contact', 'user_google_email! name! email phone'],
    ['get_search_engine_info', 'cx'],
  ]),
  list('seed-flat', [
    ['list_tasks', 'user_id! access_token! status'],
    ['add_task', 'title! user_id! access_token!'],
  ]),
  list('seed-params', [
    ['list_tasks', { params: 'user_id! access_token! status' }],
    ['add_task', { params: 'title! user_id! access_token!' }],
    ['ping', ''],
  ]),
  list('one-tool', [['lookup_order', 'order_id! api_key! customer_name']]),
  list('key-and-uid', [
    ...many(
      'get_balance list_orders place_order cancel_order',
      'uid! token! symbol_name amount_text',
    ),
    ['get_time', 'zone'],
  ]),
  list('who-asks', [
    ...many(
      'list_notes add_note delete_note search_notes share_note',
      'tenant_id! user_id! note text',
    ),
    ['help', 'topic'],
  ]),
  list('credential-in-few', [
    ...many('search_docs read_doc list_versions compare diff', 'query! page_size:integer'),
    ['publish_doc', 'doc_id! access_token! reason'],
    ['delete_doc', 'doc_id! api_key!'],
  ]),
  list('database', [
    ...many('query execute list_tables describe_table', 'connection_string! sql'),
    ['explain', 'connection_string! sql! format'],
  ]),
  list('database-login', [
    ['connect_db', 'host! port:integer user! password! database'],
    ...many('query list_tables describe_table export_rows count_rows', 'sql! limit:integer'),
  ]),
  list('mail-account', [
    ...many(
      'fetch_mail send_mail move_mail delete_mail',
      'smtp_user! smtp_password! subject body to',
    ),
    ['list_folders', 'smtp_user! smtp_password!'],
  ]),
  list('service-desk', [
    [
      'create_request',
      'service_desk_id! request_type_id! fields:object raise_on_behalf_of participants:array',
    ],
    ['remove_watcher', 'issue_key! username account_id'],
    ['get_user_profile', 'user_identifier!'],
    ...many(
      'get_issue search add_comment transition_issue get_transitions list_boards link_issues',
      'issue_key! fields',
    ),
  ]),
  list('dashboards', [
    ...many(
      'get_dashboard_by_uid get_dashboard_panels get_dashboard_property patch_annotation',
      'uid! path',
    ),
    ...many(
      'get_alert_rule delete_alert_rule get_datasource_by_uid list_folder_rules',
      'uid! limit:integer',
    ),
    ...many(
      'list_users_by_org list_incidents add_activity query_prometheus query_loki list_labels find_error_pattern',
      'query limit:integer',
    ),
    ['list_annotations', 'userId:integer from:integer to:integer'],
    ['get_oncall_shift', 'shift_id! userId'],
    ['api_request', { '': 'method! path! body', headers: 'MAP' }],
  ]),
  described('dashboards-described', [
    [
      'update_dashboard',
      {
        userId: ['integer', 'ID of the user making the change'],
        dashboard: ['object', 'the full dashboard JSON'],
      },
    ],
    ['get_user', { userId: ['integer', 'the ID of the user to fetch'] }],
    ['list_panels', { uid: ['string!', 'The UID of the dashboard'] }],
    ['search', { query: ['string', 'text'] }],
    ['list_teams', { query: ['string', 'text'] }],
  ]),
  list('shared-mailboxes', [
    ...many(
      'list-shared-mailbox-messages get-shared-mailbox-message send-shared-mailbox-mail list-shared-calendars',
      'userId! messageId top:integer',
    ),
    ...many(
      'list-mail-messages get-mail-message list-calendars get-calendar list-chats get-chat list-planner-tasks get-planner-task list-sites get-site list-teams get-team list-channels list-drives',
      'top:integer select filter',
    ),
    ['create-online-meeting', { body: 'subject! startDateTime! passcode' }],
    [
      'share-drive-item',
      { '': 'driveId! itemId!', body: 'type! scope! password expirationDateTime' },
    ],
    ['create-drive-permission', { '': 'driveId!', body: 'principalId! tenantId roles:array' }],
  ]),
  list('code-host', [
    ['approve_merge_request', 'project_id! merge_request_iid! sha approval_password'],
    ['trigger_pipeline', 'project_id! ref! token! variables:object'],
    ['download_attachment', 'project_id! secret! filename! local_path'],
    ['get_user', 'user_id!'],
    ['list_events', 'action page:integer'],
    ['create_webhook', 'project_id! url! webhook_secret token_expires_at'],
    ['create_deploy_token', 'project_id! name! scopes:array'],
    ...many(
      'get_project list_projects get_branch list_branches get_commit list_commits get_issue list_issues create_issue update_issue get_merge_request list_merge_requests create_merge_request get_pipeline list_pipelines get_job',
      'project_id! page:integer per_page:integer',
    ),
  ]),
  list('suite', [
    ...many('base_list_records base_create_record base_update_record base_delete_record', {
      path: 'app_token! table_id!',
      params: 'page_token user_id_type',
      data: 'fields:object',
    }),
    ['drive_add_member', { path: 'token!', data: 'member_id! perm!' }],
    ['wiki_get_node', { params: 'token! obj_type', useUAT: 'FLAG' }],
    ['doc_create', { data: 'folder_token title!', params: 'client_token' }],
    ['sheet_read', { path: 'spreadsheet_token! range!' }],
    ['minutes_get', { path: 'minute_token!' }],
    ['im_send', { data: 'receive_id! content!', params: 'receive_id_type!' }],
  ]),
  list('forms', [
    ['get_form', 'formToken!'],
    ['update_form', { '': 'formToken! action! formPassword', form: 'title description' }],
    ['submit_form', 'form_token! answers:array password'],
    ['notify', 'user_id! text!'],
    ['create_notification', 'user_id! target_id! text!'],
    ...many(
      'list_boards get_board create_board create_item update_item move_item',
      'board_id! name',
    ),
  ]),
  list('crawler', [
    ...many('scrape crawl map', { '': 'url! formats:array', headers: 'MAP' }),
    ['batch', { '': 'urls:array', webhookHeaders: 'MAP', webhook: 'url events:array' }],
    ...many('search extract status', 'query! limit:integer'),
    ['table_to_csv', 'rows:array headers:array'],
  ]),
  list('crypto', [
    ...many('get_price get_chart get_holders', 'token! chain! interval'),
    ['swap', 'token_in! token_out! amount! wallet!'],
    ['get_balance', 'token! wallet! network'],
  ]),
  list('wallet', [
    ['transfer', 'to! amount! private_key!'],
    ['get_balance', 'address! network'],
    ['sign_message', 'message! private_key!'],
  ]),
  list('social', [
    ...many(
      'get_user get_user_tweets get_followers get_following',
      'user_id! max_results:integer pagination_token',
    ),
    ...many(
      'post_tweet search_tweets get_trends like_tweet delete_tweet get_tweet',
      'text tweet_id max_results:integer',
    ),
    ['follow_user', 'target_user_id!'],
  ]),
  list('tokens-at-work', [
    ['decode_jwt', 'token!'],
    ['verify_token', 'token! issuer'],
    ['count_tokens', 'text! model max_tokens:integer'],
    ...many('hash uuid encode decode format', 'text! algorithm'),
  ]),
  list('documents', [
    ['open_pdf', 'path! password'],
    ['unzip', 'archive_path! password target'],
    ['protect_pdf', 'path! new_password!'],
    ...many('merge_pdf split_pdf rotate_pdf extract_text', 'path! pages:array'),
  ]),
  list('meetings', [
    ['create_meeting', 'topic! start_time! password passcode'],
    ['join_meeting', 'meeting_id! password'],
    ['add_registrant', 'meeting_id! email! name'],
    ...many(
      'list_meetings get_meeting delete_meeting list_recordings',
      'meeting_id page_size:integer next_page_token',
    ),
  ]),
  list('identity-admin', [
    ['create_user', 'username! email! password! roles:array'],
    ['reset_password', 'user_id! new_password!'],
    ['get_user', 'user_id!'],
    ['list_users', 'tenant search page_token'],
    ['delete_user', 'user_id!'],
    ['add_member', 'group_id! user_id!'],
    ['list_groups', 'search'],
  ]),
  list('secrets-manager', [
    ['create_secret', 'name! secret! description'],
    ['get_secret', 'secret_name!'],
    ['rotate_key', 'key_id!'],
    ['update_variable', 'name! secret_value'],
    ...many('list_secrets list_keys', 'prefix limit:integer'),
  ]),
  list('login-tool', [
    ['login', 'username! password!'],
    ['authenticate', 'token!'],
    ...many('list_invoices get_invoice pay_invoice list_accounts', 'invoice_id amount:number'),
  ]),
  described('described', [
    [
      'send_push',
      {
        app_token: ['string!', 'Your application API token, to authenticate'],
        user_key: ['string!', 'recipient key'],
        message: ['string!', ''],
      },
    ],
    [
      'upload',
      { file: ['string!', ''], token: ['string!', 'the file token returned by create_upload'] },
    ],
    ['notify', { user_id: ['string!', 'ID of the user to notify'], text: ['string!', ''] }],
    [
      'act',
      {
        actor: ['string', ''],
        account: ['string', 'the account you are acting as: your account id'],
      },
    ],
    ['search', { query: ['string!', ''] }],
    ['list_all', { limit: ['integer', ''] }],
  ]),
  list('calendars', [
    ...many(
      'list_events get_event create_event update_event delete_event list_calendars search_events',
      'account calendar_id! time_min',
    ),
    ['manage_accounts', 'action! account_id'],
  ]),
  list('sudo', [
    ...many('list_files read_file write_file move_file', 'path! impersonate_user'),
    ['get_audit', 'since current_user_id'],
  ]),
  list('banking', [
    ...many('get_balance list_transactions', 'account! from to'),
    ['transfer', 'from_account! to_account! amount!'],
    ...many(
      'list_cards block_card list_loans get_rates list_branches contact_support',
      'card_id reason',
    ),
  ]),
  list('mixed-header-api', [
    ['request', 'method! url! Authorization body'],
    ['graphql', 'query! variables:object bearer_token'],
    ...many('list_routes get_schema get_docs', 'path'),
  ]),
  list('ads', [
    ...many('get_campaigns get_ads get_insights', 'account_id! access_token limit:integer'),
    ...many(
      'get_campaign_details pause_campaign get_creatives upload_image search_interests',
      'object_id! access_token',
    ),
    ['get_login_link', 'access_token'],
  ]),
  list('contacts-with-key', [
    ...many('list_contacts delete_contact tag_contact list_tags', 'api_key! contact_id'),
    ['find_contact', 'email! api_key!'],
    ['get_user', 'user_id! api_key!'],
    ['get_panel', 'uid! api_key!'],
  ]),
  list('site-login', [
    ...many(
      'create_post get_posts update_post delete_post list_media',
      'siteUrl! username! password! title',
    ),
  ]),
  list('chat-bot', [
    ['chat_login', 'token!'],
    ...many(
      'send read add_reaction get_forum_channels create_channel delete_message',
      'channelId! limit:integer',
    ),
  ]),
  list('bot-api', [
    ['set_webhook', 'url! secret_token allowed_updates:array'],
    ['set_token', 'token!'],
    ...many('send_message edit_message delete_message get_updates get_chat', 'chat_id! text'),
  ]),
  list('coins', [
    ...many('get_token_info search_tokens list_pools', 'token! limit:integer'),
    ...many(
      'get_global trending list_exchanges get_exchange get_nft list_nfts',
      'id limit:integer',
    ),
  ]),
  described('whose-by-default', [
    ['list_issues', { user_id: ['string', 'Whose issues; defaults to the current user'] }],
    ['list_zones', { account_id: ['string', 'Your account ID'] }],
    ['list_records', { zone: ['string!', 'the zone'] }],
    ['run_as_me', { user_id: ['string!', 'The authenticated user, who makes this change'] }],
    ['purge', { zone: ['string!', 'the zone'] }],
  ]),
  ...deep,
]
