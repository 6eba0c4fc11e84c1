/*
 * What a program of the user's (a secret's command, those of alerts) must not get from this one: open files.
 *
 * Our own descriptors close by themselves when another program begins; some of the libraries' do not, such as the pair
 * of sockets by which libcurl wakes itself.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

/* Before a program is started: whatever is open beyond the three standard files stays with us. */
void child_hide_files(void);

#endif
