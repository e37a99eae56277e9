# What a machine does at its first boot: fetch the Salt tree from the builder's bucket and run its machine/bootstrap,
# which does the rest. The template puts the shebang, CONTINUUM_BUCKET and CONTINUUM_STACK in front of this.
# A changed line here means that AWS restarts every machine at its next stack update: keep it short and stable.
set -euo pipefail
exec >>/var/log/continuum-bootstrap.log 2>&1
printf '%s first boot of a machine of %s\n' "$(date -uIs)" "$CONTINUUM_STACK"

# The login user first: whoever has the stack's key can look into a machine whose first boot goes wrong further on. The
# image's own user has the key already, from the instance's metadata.
if ! id elife >/dev/null 2>&1; then
    printf 'elife ALL=(ALL) NOPASSWD:ALL\n' | install -m 440 /dev/stdin /etc/sudoers.d/elife
    useradd --create-home --shell /bin/bash elife
    install -d -m 700 -o elife -g elife /home/elife/.ssh
    install -m 600 -o elife -g elife /home/admin/.ssh/authorized_keys /home/elife/.ssh/ || true # bootstrap tries again
fi

# The local cloud says here where AWS's services are, and which certificates to trust.
if [[ -f /etc/environment ]]; then
    while IFS='=' read -r name value; do
        [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || continue
        value=${value#[\"\']} # as PAM reads the file, which is no shell program
        export "$name=${value%[\"\']}"
    done </etc/environment
fi

# The local cloud's image has Salt and botocore already; Debian's own image on AWS has neither.
if [[ ! -d /opt/salt ]]; then
    export DEBIAN_FRONTEND=noninteractive
    for wait in 5 10 20 40 80; do
        apt-get -qq -o DPkg::Lock::Timeout=300 update &&
            apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends \
                python3-venv python3-boto3 git curl ca-certificates && break
        sleep "$wait"
    done
fi
python=python3
if compgen -G '/opt/salt/lib/python3*/site-packages/botocore' >/dev/null; then
    python=/opt/salt/bin/python
fi

tree=$("$python" - <<'PYTHON'
import hashlib, io, json, os, pathlib, sys, tarfile, time
import botocore.session

bucket = os.environ["CONTINUUM_BUCKET"]


def fetch():
    # A client each time: a new role's credentials may come seconds after the machine does.
    s3 = botocore.session.get_session().create_client("s3")
    read = lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    sha256 = json.loads(read("salt/current"))["tree"]
    archive = read(f"salt/{sha256}.tar.gz")
    if hashlib.sha256(archive).hexdigest() != sha256:
        raise ValueError(f"s3://{bucket}/salt/{sha256}.tar.gz is not what its name says")
    folder = pathlib.Path("/srv/continuum", sha256)
    if not folder.is_dir():
        part = folder.with_name(sha256 + ".part")
        part.mkdir(parents=True, mode=0o750, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
            members.extractall(part)
        part.rename(folder)
    return folder


for attempt in range(1, 21):
    try:
        print(fetch())
        sys.exit()
    except Exception as error:  # whatever it is, the next attempt may do: log it and go on
        print(f"attempt {attempt}: {type(error).__name__}: {error}", file=sys.stderr)
        time.sleep(min(0.25 * 2**attempt, 30))
sys.exit(f"no Salt tree from s3://{bucket}/salt/current: put one there (./bldr aws_update_instance does), then reboot")
PYTHON
)
exec "$tree/machine/bootstrap"
