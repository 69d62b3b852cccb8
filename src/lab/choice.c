/*
 * Words separated by '|', as descriptors list choices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "job.h"

#include <stdlib.h>
#include <string.h>

size_t lab_choice_count(const char *choices) {
    size_t count = 1;
    for (const char *c = choices; *c != '\0'; c++) { count += *c == '|'; }
    return count;
}

int lab_choice_find(const char *choices, const char *word, size_t length) {
    for (int index = 0;; index++) {
        const size_t found = strcspn(choices, "|");
        if (found == length && memcmp(choices, word, length) == 0) { return index; }
        if (choices[found] == '\0') { return -1; }
        choices += found + 1;
    }
}

const char **lab_choice_list(const char *choices, size_t *count) {
    *count = lab_choice_count(choices);
    const size_t head = *count * sizeof(char *);
    const char **list = ons_allocate(head + strlen(choices) + 1, 1);
    if (list == NULL) { return NULL; }
    char *words = (char *)list + head;
    strcpy(words, choices);
    for (size_t i = 0; i < *count; i++) {
        list[i] = words;
        words += strcspn(words, "|");
        *words++ = '\0';
    }
    return list;
}
