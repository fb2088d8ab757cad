/* What one file of this module tells another, and Swift does not see. */
#ifndef CSYSCALLS_LIMITS_H
#define CSYSCALLS_LIMITS_H

/* Puts the limit of open descriptors back that this process inherited. Async-signal-safe. */
void CSyscalls_restore_descriptor_limit(void);

/* Closes the descriptors from `first` to `last`, if there are any between the two. Async-signal-safe. */
void CSyscalls_close_between(unsigned first, unsigned last);

#endif
