/** How the owners of records tell of their changes. */

/** A record before and after; null where it is not there. */
export type RecordChange<Item> = (before: Item | null, after: Item | null) => void;
