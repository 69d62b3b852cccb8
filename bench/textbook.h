/* The peer: the Ising model as a textbook writes it, a straight scalar loop with the C library's tables and xorshift.
 */
#ifndef ONSAGER_BENCH_TEXTBOOK_H
#define ONSAGER_BENCH_TEXTBOOK_H

typedef struct textbook textbook;
textbook *textbook_create(int length, double temperature);
void textbook_free(textbook *peer);
void textbook_metropolis(textbook *peer);
void textbook_swendsen_wang(textbook *peer);

#endif
