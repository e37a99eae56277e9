"""S3's actions: each a function of the service and the request. What is not here is answered NotImplemented."""

from __future__ import annotations

from localcloud.s3.calls import buckets, copying, details, lists, multipart, notifications, objects, policies, settings
from localcloud.s3.calls.settings import Call

CALLS: dict[str, Call] = {
    **settings.calls(),
    "AbortMultipartUpload": multipart.abort_upload,
    "CompleteMultipartUpload": multipart.complete_upload,
    "CopyObject": copying.copy_object,
    "CreateBucket": buckets.create_bucket,
    "CreateMultipartUpload": multipart.create_upload,
    "DeleteBucket": buckets.delete_bucket,
    "DeleteBucketPolicy": policies.delete_bucket_policy,
    "DeleteObject": objects.delete_object,
    "DeleteObjectTagging": details.delete_object_tagging,
    "DeleteObjects": objects.delete_objects,
    "GetBucketAcl": details.get_bucket_acl,
    "GetBucketLocation": buckets.get_bucket_location,
    "GetBucketNotificationConfiguration": notifications.get_notification,
    "GetBucketPolicy": policies.get_bucket_policy,
    "GetBucketPolicyStatus": policies.get_bucket_policy_status,
    "GetObject": objects.get_object,
    "GetObjectAcl": details.get_object_acl,
    "GetObjectAttributes": details.get_object_attributes,
    "GetObjectTagging": details.get_object_tagging,
    "HeadBucket": buckets.head_bucket,
    "HeadObject": objects.head_object,
    "ListBuckets": buckets.list_buckets,
    "ListMultipartUploads": lists.list_uploads,
    "ListObjectVersions": lists.list_versions,
    "ListObjects": lists.list_objects,
    "ListObjectsV2": lists.list_objects_v2,
    "ListParts": multipart.list_parts,
    "PutBucketAcl": details.put_bucket_acl,
    "PutBucketNotificationConfiguration": notifications.put_notification,
    "PutBucketPolicy": policies.put_bucket_policy,
    "PutObject": objects.put_object,
    "PutObjectAcl": details.put_object_acl,
    "PutObjectTagging": details.put_object_tagging,
    "UploadPart": multipart.upload_part,
    "UploadPartCopy": copying.upload_part_copy,
}
