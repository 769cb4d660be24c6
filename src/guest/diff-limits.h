/* Exit codes and bounds that the writer and the reader of differences share. DIFFERENCE.md describes the stream. */
#ifndef THAW_DIFF_LIMITS_H
#define THAW_DIFF_LIMITS_H

enum diff_code {
  DIFF_OK = 0,
  DIFF_USAGE = 1,
  DIFF_BAD_STREAM = 2,
  DIFF_TRUNCATED = 3,
  DIFF_IO = 4,
  /* The tree holds what a difference cannot express, or is beyond a bound: another way must be taken. */
  DIFF_UNSUPPORTED = 5,
};

#define DIFF_VERSION "1"

enum {
  /* Each level costs a descriptor a root, and some stack in the writer and in the removal. */
  DIFF_DEPTH_MAX = 2048,
  DIFF_PATH_MAX = 64 << 10,
  DIFF_NAME_MAX = 255,
  DIFF_SYMLINK_MAX = 4095,
  /* All pax records of one entry: path, link and extended attributes. */
  DIFF_PAX_MAX = 2 << 20,
  /* The list of an inode's extended attributes has at most 64 KiB in Linux, and a name at least seven bytes. */
  DIFF_XATTR_LIST_MAX = 64 << 10,
  DIFF_XATTRS_MAX = 9400,
  /* Pieces of data in one sparse file. */
  DIFF_SEGMENTS_MAX = 1 << 20,
  DIFF_ROOTS_MAX = 64,
  /* Layers of one image: the kernel mounts no more. */
  DIFF_LAYERS_MAX = 500,
  /* All paths that one reader asks for. */
  DIFF_ASKED_MAX = 64 << 20,
};

#endif
