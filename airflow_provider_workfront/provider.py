"""What Airflow learns about this provider at every start: literals, and not one import of ours."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": ["string", "null"]}
SECRET = TEXT | {"format": "password"}
SWITCH = {"type": ["boolean", "null"], "default": False}
"""Airflow marks a field as required whose type does not admit null; with a default none is."""


def get_provider_info() -> dict[str, Any]:
    """Describe the provider to Airflow: connection form, configuration, modules."""
    integration = {"integration-name": "Adobe Workfront"}
    return {
        "package-name": "airflow-provider-workfront",
        "name": "Adobe Workfront",
        "description": "Adobe Workfront for Apache Airflow; its refresh tokens survive rotation. Unofficial.",
        "versions": ["0.1.0"],
        "integrations": [
            integration
            | {
                "external-doc-url": "https://experienceleague.adobe.com/en/docs/workfront",
                "tags": ["service"],
            }
        ],
        "hooks": [integration | {"python-modules": ["airflow_provider_workfront.hooks"]}],
        "operators": [integration | {"python-modules": ["airflow_provider_workfront.operators"]}],
        "sensors": [integration | {"python-modules": ["airflow_provider_workfront.sensors"]}],
        "triggers": [integration | {"python-modules": ["airflow_provider_workfront.triggers"]}],
        "transfers": [
            {
                "source-integration-name": source,
                "target-integration-name": target,
                "python-module": f"airflow_provider_workfront.transfers.{module}",
            }
            for source, target, module in (
                ("Adobe Workfront", "Common SQL", "to_sql"),
                ("Adobe Workfront", "Common IO", "to_storage"),
                ("Common SQL", "Adobe Workfront", "to_workfront"),
                ("Common IO", "Adobe Workfront", "to_workfront"),
            )
        ],
        "cli": ["airflow_provider_workfront.cli.get_workfront_cli_commands"],
        "notifications": ["airflow_provider_workfront.notifications.WorkfrontNotifier"],
        "asset-uris": [
            {
                "schemes": ["workfront"],
                "handler": "airflow_provider_workfront.assets.sanitize_uri",
                "factory": "airflow_provider_workfront.assets.create_asset",
                "to_openlineage_converter": "airflow_provider_workfront.assets.convert_asset_to_openlineage",
            }
        ],
        "extra-links": ["airflow_provider_workfront.links.WorkfrontObjectLink"],
        "connection-types": [
            {
                "connection-type": "workfront",
                "hook-class-name": "airflow_provider_workfront.hooks.WorkfrontHook",
                "hook-name": "Adobe Workfront",
                "conn-fields": CONN_FIELDS,
                "ui-field-behaviour": UI_FIELD_BEHAVIOUR,
            }
        ],
        "config": {"workfront": {"description": "Settings of the Adobe Workfront provider.", "options": OPTIONS}},
    }


UI_FIELD_BEHAVIOUR = {
    "hidden-fields": ["port", "schema"],
    "relabeling": {"host": "Workfront host", "login": "Client ID", "password": "Client Secret"},
    "placeholders": {
        "host": "acme.my.workfront.com",
        "login": "of the application in Setup > System > OAuth2 Applications",
        "password": "of the same application",
    },
}

ADVANCED = "Advanced"
"""Airflow's form has a fold for each `section`, in the order of the fields; its standard fields come first.

One word each: with a space the fold would have no name for a screen reader.
"""

CONN_FIELDS = {
    "refresh_token": {
        "label": "Refresh token",
        "description": "Leave it empty, save, and press Authorize under Admin > Workfront: that fills it in. "
        "It is kept current from then on.",
        "schema": SECRET | {"section": "Authorization"},
    },
    "auth": {
        "label": "Authentication",
        "description": "What Airflow logs in with. A field that ends in (jwt), (ims) or (api_key) is for that one.",
        "schema": TEXT
        | {
            "enum": ["oauth2", "jwt", "ims", "api_key"],
            "values_display": {
                "oauth2": "OAuth2 web application, on behalf of a user (oauth2)",
                "jwt": "OAuth2 machine to machine application (jwt)",
                "ims": "Adobe Developer Console, server to server (ims)",
                "api_key": "API key of a user (api_key)",
            },
            "default": "oauth2",
            "section": ADVANCED,
        },
    },
    "refresh": {
        "label": "When to refresh",
        "description": "Either every DAG run begins with a fresh access token, and the refresh token is rotated at "
        "most once a run; or only when the access token expires, which is better for very frequent schedules.",
        "schema": TEXT
        | {
            "enum": ["each_run", "when_due"],
            "values_display": {
                "each_run": "At the beginning of each DAG run (each_run)",
                "when_due": "When the access token expires (when_due)",
            },
            "default": "each_run",
            "section": ADVANCED,
        },
    },
    "read_only": {
        "label": "Read only",
        "description": "Refuse every call that would change something in Workfront.",
        "schema": SWITCH | {"section": ADVANCED},
    },
    "api_version": {
        "label": "API version",
        "description": "Version of the Workfront API. Empty: v21.0, which Adobe supports until October 2028.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "timeout": {
        "label": "Timeout (seconds)",
        "description": "How long to wait for an answer. Empty: 120, and 300 for uploads and bulk calls.",
        "schema": {"type": ["number", "null"], "minimum": 1, "maximum": 3600, "section": ADVANCED},
    },
    "max_concurrency": {
        "label": "Concurrent calls",
        "description": "How many calls may be open at once, of all tasks together. Empty: what Workfront bears "
        "is found out, with up to 4 for one task. Workfront limits them "
        "for all tools of your organization together.",
        "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 32, "section": ADVANCED},
    },
    "proxy": {
        "label": "Proxy",
        "description": "Address of a proxy. Empty: as the environment says (HTTPS_PROXY, NO_PROXY).",
        "schema": SECRET | {"section": ADVANCED},
    },
    "ca_bundle": {
        "label": "CA bundle",
        "description": "Path of a file with the certificate authorities to trust, on every machine that runs "
        "tasks and on the api-server. Empty: the usual ones.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "token_encoding": {  # without a default: Airflow masks the values of a field with `token` in its name
        "label": "Token request",
        "description": "Which of the two documented shapes a token request has. Empty: JSON. Airflow keeps what "
        "was chosen, but does not show it again.",
        "schema": TEXT
        | {
            "enum": ["json", "form"],
            "values_display": {
                "json": "JSON, with Client ID and Client Secret in the header (json)",
                "form": "A form, with all in the body (form)",
            },
            "section": ADVANCED,
        },
    },
    "redirect_uri": {
        "label": "Redirect URL",
        "description": "As registered in the OAuth2 application. Needed where it belongs to the token, "
        "and sent only if the token request is a form.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "pkce": {
        "label": "PKCE",
        "description": "Send a PKCE pair when a person authorizes. Workfront documents it for applications without a "
        "client secret; leave it off unless yours asks for it.",
        "schema": SWITCH | {"section": ADVANCED},
    },
    "absolute_expiry_days": {
        "label": "Absolute refresh token expiration (days)",
        "description": "As chosen in the OAuth2 application; tasks warn 30, 14, 7 and 1 days before. Empty: none.",
        "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 3650, "section": ADVANCED},
    },
    "inactivity_days": {
        "label": "Inactivity refresh token expiration (days)",
        "description": "As chosen in the OAuth2 application; airflow workfront status shows it. Empty: none.",
        "schema": {"type": ["integer", "null"], "minimum": 1, "maximum": 3650, "section": ADVANCED},
    },
    "customer_id": {
        "label": "Customer ID (jwt)",
        "description": "Shown on the page of the machine to machine application.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "user_id": {
        "label": "User ID (jwt)",
        "description": "ID of the Workfront user who added the public key.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "private_key": {
        "label": "Private key (jwt)",
        "description": "PEM text, unencrypted; its public key belongs to the machine to machine application.",
        "schema": SECRET | {"section": ADVANCED},
    },
    "ims_org_id": {
        "label": "IMS organization ID (ims)",
        "description": "Ends in @AdobeOrg; shown in the Adobe Developer Console.",
        "schema": TEXT | {"section": ADVANCED},
    },
    "events_token": {
        "label": "Token of events",
        "description": "Secret that Workfront shows with each event of a subscription; make one up, of 16 to 254 "
        "characters. Needed for event subscriptions only.",
        "schema": SECRET | {"section": ADVANCED},
    },
    "api_key": {
        "label": "API key (api_key)",
        "description": "Acts as the user it belongs to. Adobe advises against API keys.",
        "schema": SECRET | {"section": ADVANCED},
    },
}


def _option(description: str, kind: str, default: str | None, example: str | None = None) -> dict[str, Any]:
    return {
        "description": description,
        "version_added": "0.1.0",
        "type": kind,
        "default": default,
        "example": example,
    }


OPTIONS = {
    "broker_url": _option(
        "Address of the token broker in the api-server, ending in /workfront/. Set it where tasks reach the "
        "execution API at an address that serves no plugins (`airflow api-server --apps execution`). "
        "Empty: next to `[core] execution_api_server_url`.",
        "string",
        "",
        "https://airflow.example.com/workfront/",
    ),
    "allowed_hosts": _option(
        "Further hosts that a connection may name, separated by commas; `.gateway.example.com` allows all "
        "below it. Hosts of Workfront are always allowed.",
        "string",
        "",
        "workfront-gateway.example.com",
    ),
    "allow_connection_proxy": _option(
        "Whether a connection may name a proxy. False: the field `proxy` of connections is refused, so that who edits "
        "them cannot choose through which machine the api-server and the workers connect.",
        "boolean",
        "True",
    ),
    "allow_connection_ca_bundle": _option(
        "Whether a connection may name a file of certificate authorities. False: the field `ca_bundle` of "
        "connections is refused.",
        "boolean",
        "True",
    ),
    "adopt_in_dag_test": _option(
        "Whether `dag.test()` may be the first to use a refresh token. With rotation this takes the token "
        "away from wherever it is in use.",
        "boolean",
        "False",
    ),
    "token_connect_timeout": _option("Seconds to connect to the token endpoint.", "float", "10"),
    "token_read_timeout": _option("Seconds to wait for the token endpoint's answer.", "float", "60"),
    "token_total_timeout": _option("Seconds that a token request may take in all.", "float", "75"),
    "lease_seconds": _option(
        "Seconds after which a refresh that was begun by a lost process is taken over by another.",
        "float",
        "180",
    ),
    "settle_seconds": _option(
        "Seconds after a lost process's lease has ended before another takes over: its request may still run.",
        "float",
        "30",
    ),
    "token_repeats": _option(
        "Seconds after which a refresh whose answer was lost is sent again, with commas between.",
        "string",
        "0.5,2,8,20",
    ),
    "refresh_cooldown": _option(
        "Seconds without a token call after a refresh that brought nothing.",
        "float",
        "30",
    ),
    "slot_seconds": _option(
        "Seconds for which the broker lends a task its share of the calls that all tasks together may have open at "
        "Workfront; a task renews it five times in that time. 0: nothing is shared, each task paces itself.",
        "float",
        "15",
    ),
    "allow_unencrypted": _option(
        "Whether a rotating token may be stored without `[core] fernet_key`: in clear, for everybody who can read "
        "the database.",
        "boolean",
        "False",
    ),
    "rescue_folder": _option(
        "Folder for new tokens that the database did not take because it was away; encrypted. Put it on a volume "
        "that outlives the api-server. Empty: `workfront_rescue` in AIRFLOW_HOME.",
        "string",
        "",
        "/var/lib/airflow/workfront_rescue",
    ),
    "reauthorize_notifier": _option(
        "Import path of a notifier (or of any function that takes a context) to be called on the api-server when a "
        "connection has to be authorized again, and 30, 14, 7 and 1 days before its authorization ends. The context "
        "holds `conn_id`, `reason`, `url` and `days_left`.",
        "string",
        "",
        "my_company.alerts.workfront_notifier",
    ),
}
