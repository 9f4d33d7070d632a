"""The keys that sign manifests and hide watermarks: how they are made here, and how they are read."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ai.provenance.exceptions import InvalidKey

ROOT_DAYS = 3650
ISSUER_DAYS = 1825
SIGNER_DAYS = 730
SIGNING_FILE = "signing.pem"
ROOT_FILE = "root.pem"
ROOT_KEY_FILE = "root-key.pem"
WATERMARK_FILE = "watermark.key"
SMALLEST_WATERMARK_KEY = 16


@dataclass(frozen=True)
class SigningKey:
    """A private key with its certificate and the issuer's, as PEM, and the address of an RFC 3161 server."""

    private_key: bytes
    certificates: bytes
    time_stamps: str | None = None


@dataclass(frozen=True)
class Keys:
    """What marks files and knows them again. `anchors` are the roots whose manifests are believed, as PEM."""

    signing: SigningKey
    anchors: bytes
    watermark: bytes


@dataclass(frozen=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def create(folder: Path, *, organisation: str, now: datetime | None = None) -> None:
    """Make all keys in a new folder, whole or not at all. Raises FileExistsError rather than replace one."""
    now = now or datetime.now(UTC)
    root = _issue(f"{organisation} root", organisation, now, ROOT_DAYS, None, path_length=1)
    issuer = _issue(f"{organisation} issuer", organisation, now, ISSUER_DAYS, root, path_length=0)
    signer = _issue(f"{organisation} provenance", organisation, now, SIGNER_DAYS, issuer, path_length=None)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as name:
        made = Path(name) / "keys"
        made.mkdir(mode=0o700)
        _write(made / ROOT_FILE, _pem(root.certificate))
        _write(made / ROOT_KEY_FILE, _private_pem(root.key))
        _write(made / SIGNING_FILE, _private_pem(signer.key) + _pem(signer.certificate) + _pem(issuer.certificate))
        _write(made / WATERMARK_FILE, secrets.token_hex(32).encode())
        try:
            made.rename(folder)
        except OSError as error:
            raise FileExistsError(f"{folder} is there already") from error


def read_folder(folder: Path, *, time_stamps: str | None = None) -> Keys:
    """The keys of a folder that `create` made. Raises InvalidKey."""
    signing = read(folder / SIGNING_FILE, time_stamps=time_stamps)
    try:
        anchors = (folder / ROOT_FILE).read_bytes()
        x509.load_pem_x509_certificates(anchors)
        watermark = bytes.fromhex((folder / WATERMARK_FILE).read_text().strip())
    except (OSError, ValueError) as error:
        raise InvalidKey(f"{folder} lacks a root certificate or a watermark key: {error}") from error
    if len(watermark) < SMALLEST_WATERMARK_KEY:
        raise InvalidKey(f"{folder / WATERMARK_FILE} has fewer than {SMALLEST_WATERMARK_KEY} bytes")
    return Keys(signing, anchors, watermark)


def read(path: Path, *, time_stamps: str | None = None) -> SigningKey:
    """The key of a file that `create` wrote, or one in the same form. Raises InvalidKey."""
    try:
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        certificates = x509.load_pem_x509_certificates(content)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidKey(f"{path} holds no private key with its certificates: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidKey(f"{path} holds no P-256 key")
    if certificates[0].public_key() != key.public_key():
        raise InvalidKey(f"the first certificate of {path} is not the key's own")
    return SigningKey(_private_pem(key), b"".join(map(_pem, certificates)), time_stamps)


def expires_at(signing_key: SigningKey) -> datetime:
    """When the first of its certificates ends."""
    return min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(signing_key.certificates))


def _issue(
    name: str, organisation: str, now: datetime, days: int, by: _Authority | None, *, path_length: int | None
) -> _Authority:
    """A new key with its certificate. Without `path_length` it signs documents and no other certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    issuer_key, issuer_name = (by.key, by.certificate.subject) if by else (key, subject)
    authority = path_length is not None
    builder = (
        x509.CertificateBuilder(issuer_name, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        # The one purpose beside C2PA's own that verifiers take for a signer of content.
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return _Authority(key, builder.sign(issuer_key, hashes.SHA256()))


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """A new file that only its owner reads."""
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(content)
