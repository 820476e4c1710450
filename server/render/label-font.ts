// Glyphs of printable ASCII (32..126), 9x18 pixels each, for the label: a server need not have fonts. Drawn once from DejaVu Sans
// Mono Bold (free licence, dejavu-fonts.github.io/License.html).

export const GLYPH_WIDTH_PX = 9;
export const GLYPH_HEIGHT_PX = 18;
export const FIRST_GLYPH = 32;
export const GLYPH_COUNT = 95;

/** Two pixels a byte, light from 0 to 15, row by row, glyph after glyph; raw deflate, base64. */
export const GLYPHS_PACKED = [
  'tVl7lBv1df5m9F5ppSGuzaOxNd5STP6oR+Fh1m4byZC4xnlIOFnqOJwj7ZpVHUKPZEiNE0KkxMYWrkGCAKGOg1ReNpsTSzTBTesSbTkcKNRmRNomdYwt',
  'rZ3gpqEeraSVVq+59W8lgm3Ws7tA9Nd3fqO9e+c+vu/+roDf20e3AUAkDJhq5wPDBACvp/vF1Z7uo9UeLXv8Bv0Q/NGkxzBpqUwB3TPGJz+Ih/zKywXs',
  'N4+jN3OI29KMvCIRUfGyseRi/NY2apPfVl883Mq/KXa/Am6b2adt8Q0AThFcmk4int3jsZbHgaTsAp+nFwFvPgWUVOzzRkatRL+CPnQHgHEAVuECJrn9',
  'zwEP3JOCNXEPENkfNbhuu3PXJnzpKVH3ykfyJ4E9f5qBNXU/4M8HgOs0g7jgMQ8WUhOGVp8P3hyAfBiIqCK8rzatr04srB5N+7zKjvbH5bGPEpHv4pFb',
  'd8yc5QBgqnaB/qkPVjd/EgasJUDXOBPMpA/oLQGcCsCdA/g2C3HxTP3Irm7ZOEcBxD0A99Xp7N0jAnwTQE/5zOv6EwDPjNlZ1POujnmQALhHuwZfFwBv',
  'FNBvmj4jDwIuSXT1vlw9houVU9Bl6UkccS/PcXyJA+YL7/fVuY8zD32dBrkoNCjEiejeEfm1pzstwx7pX/pw2pO/CkA6BfSwOMueThx135mrnR8eS8FG',
  'LeCaT7o+XAKZ8jCbAawse+tmaD0sA9CbAQwVAIcYwfgAaw7QscrcLwBSGLCMAdz/sIIRAVv0wuYu/q6AhdQWzK1bJpH3+XOOEq9y9GnvuHPiP0kgUSr2',
  'ThjaSP4om+AVOgF+57c1/Zs/DIQoB9PRdreWddOCVfG3hixE5FkXi2lZ5DduBxRqC9ahP59kvcciNQkYVAG60x7oFA94xQMu/0zQJxE1uVgsFtA2KCBL',
  'qmj+6i11Vm0Z/MEtVfD0FnBpeoqycwBH3CNXp3NOogmsG9F+ZVwxCPSQCAOVwB1VRDy+tARvWBF7R+0lffsgveQlopv6+pSVgJ01YkyrefTB4BCSRD5L',
  'PbYVSRGwNPYKSFJbNKz9TOOdIKq483I5ZSc6gS8+u0lbpLYMwUIUNaifH0bWB9gn/s6HMzIQdjQXqFB89pJtAooQf85f4BWqgt/5sJY9YzA4zP48Z47t',
  'YlWb9wHeAtAzySIndrJkm2BOCkAyAZhmCOHFOwQsJVW01Jc3kBWljHnyY5OwUAMGdf8E8qKUcxSgID8YyhlZUnS7tXv4ir8BvNQSemt/VuNU+EelgqHN',
  'kSdd7CGFcMmhSAHQt3CDTg6YiTJY/s+BOXTtNa5uw7LO1d/6/np5LgYb3TAz+uIfno1Fw/PQPU4rb6cDgv+UCL3yCxHc7fSyAP4BVubz505knz548OCn',
  'iIWf+RYMBof8RLR2YGBg7ZxtGV5m+qN+B1iQbQ0CSxQfluR/tUBuDRrY6bWz0ZcrdojwEnn0z69gAYqkgE+cBJZWAAvjwyxTzwcBbBQAW6kLZtKn2x6B',
  'Ln+owR0TjeWQa6P/K6PJ12tHnAnpm9+ewKkjzqh0NzsJub68buUxFwQ+/09ZkfvKv0/XhIZh1hLjgF/xwVKvA3kpB2k0LxrrlirSRCl765Cqa6O3HEkg',
  'vXkb9Nu1RpvgsMARqT5nZb3KEaRxZ7m/xRE1BefkriZH6K04i5AH6epQxTnFhzs2aAvQ1+6EkSjH08u7EM9BsDGeZUNWLwuhzOSkxUinsSqDCLWB5c/6',
  'NMlhLUBUFxz1dB0kRsYcJY5cJNorjhIUD4nOsqNkJIHuo4SD6DnENmuWoiEYDEImKtoasRjkAGCr9S1mJwlb++A/dk6mXH00GLARETbGYlFtgg0KaaJS',
  'TzMWE9JhRlx9fSwXmZ72wZ9g6oSNSL8D6zwz3ALuG2QEmzPSM7sgpyA6KgBPiwdukkoSraSV36jYJpH2RGqfqTDxcWH9PlErhoNcEEx8HSWeOqC6ihjl',
  'Fh3NH9B5jxiICZdEtWM4jCxRxrirtb1DyRamfu8Bq7IHPFaiJouhJiEuCw7BROTD6ik2kX0dxj8bXITeiu6tvyDRzQi2X1ukFgRw8/UE/wmpuLTC08Ia',
  'pEYDPPtLSSUPT6tbkIqLJnhCPCcVOWUwBoNWp/DDTN1HAUNrBvDz4JCBiAL9sdhWLbIZ4oNXUDhSDTWtFGyNvV0NJePJYO34L6qhr9UjwVr/ddVQGJFg',
  'DaYpsGEb9FoGFwzh5o9Q1FaSVMh9asVWkg6n5L5m5KMl6R9qcl/TeqgkZfxKXxNKScpYaPF2XPktTRn9bkdGe1q3NzhyecfdRdA1KuwVbwHKDQRH2VnW',
  'kZD9cTajU+gk+N0PabferQJrtICtfjeJss9eYXOCR340XbIR1SA/uvK8rG+ZQVXm7uH32gJgYjVqmJZtvsDYRvU4ave0QKK34CgZVNCIEnAQBUDrVMFR',
  'stVAon/MUYIcjgl6zbvekh0epinh3vq1e8GGGXvLA/jp58DHlBrAJQsceBJOXRUvOFgQluzeqqlRwWDwj5loLvlG6y5Ro/XeBdorggUBBOepsJfdBShX',
  'Tw+kIkei8lS6YGIeGnZrTgzLPFh1bQu2qlSEIuZd7kJP1dhAKJEM6Fq2MuzjKpCNZGBq1wA3eQBNfsUwYPjrIvB/sgDna+Ubr2/Eb6y7t1fll2reb6ZD',
  'axuVRtlx2q4ISiZdtE2a2ljn6tdim1UerLpBFRaVLXVLHYuqqoAIhc9MRDlgYVuAiSbBK/4TSCeSKfcYp3xqG/T3ahi82YVlf9mCrbaoYlCFyKgc5pT4',
  'GExUA3rfGVrPTYr2OGcMBoMiEVXNsb8ldh1JAMk3AG8ZWFQDelrsziKCUw4EN7ANzKZYLLZNy6LtWApQtgN2tgdQMEugZoC/2jxd2bDOfIHJH+tTG1sn',
  '+FmdHQVgYkuDRanuhZH7DQAL2xxILM17LngpfhMwxgsA2KrBMUvwUxUw3BW40JqFV06Ay2ffQDocSq3wYf2HfN+e5XQ6MDAwQExv3+UFlv8ki9jjbIa8',
  '/vfwX5cf/olgbv+0gasgFfg9x+gi5bfpcW+Jp3kkxsd71eMkXPKspgTY/oMVggewswWBsv6IYFepASXjH7cz6lY8tgl7FYpLeTEyZm/TJLZcuXcOu5td',
  'R32crDYROsH5LGxQzAa6/RH69bwwstQEbtunnTPdm2ycLEzdYS/9pb/QQ6rKkS9b8OYMqqEFb8FdMKgc3SEXLNRWYdp3ZXj2mXvhAIz0ep1TPEtL7lN3',
  '5dmFpeo+0dcnKJvmPciEXtDt3KfJsNyeN4H42xlYa8DXldcSViK186rWKqYDG+dQpZceXZOy0GniFF+66C7oSd+GuyiNGwj5A/miXmkR+C+4C/oNK5qI',
  'EHn4jdvPGxZ7/uscL75+RLCqSg3ZTDxjrRpayAb8o+eCja7+C8ZwBdsCsuXMZzOdgzUjCRjZpD+1C9GfDfpCP1tsPzNjR7do0JflCVZ7rm41Arhs5Ak2',
  'yrkAe7n76L3AUQY3nwQolILlsfMJ4rxXDqx4wlr9RBXZ+6uwUgPIqmVYa6FRZANy2FrVkbjRZdSSgM8ey0F/mFgpFgHd9EBi/U93iGy6B/RborNNsv6Z',
  'f7s9ETqu5pdVI5snQgNVf3DCP1xjYPM74M6t/Vdvm3XZ7Fz/wbI8Tac8DyMpVSiBUEEqQLm8jd6KNM6RmP9WPKcnqsy4Zjnns3sNYxuFsY2XsU3+PWxT',
  'h7J6b5eazkwR5odm6JRfrkn00GmVI8855GBUOeVdcvB2mKRDKfxjWgYtT33/R8jnKdDbcv1R547LfMl7zgIzrarOlf0XXhWN6r9UkA3wgpmeFnAZu91x',
  'X2rg8/BnLKpSxXW7H5mZV6mz8OdHaCTqJmr97uRdAForooctoQ1bZp/lna41UduEsQnZF8qcBUxNZB+SMyZqN2Ha2z/r5ZduH8xPOsc5ErI+f2ZqieHM',
  '5QXI/u58KLGZeQ4OWqLAfa8D9ldL/VfVQzfWvbdWD79ScSZDSeH42OlcT9PawGrfTFfws2I54lrx9+aWbRK2RgtYymhHHgUiShjuk4prYc3UnheDeeus',
  'e3kfzE9LJY7EbDg0amhZq7BXSEA8nwJPFcDKGDIZBdwlcFQHLn1U2+JtIyMJy2mlDfD5MDg50dnypf8ViP/sIsFG1MaWWEw7iHcfAby/CcDI1DcSBUxM',
  'j9MBmOQXgfubAtBTPftRKAHo1XsB8/HUdHzw67N+l3mf4JzEHg0DX2bMPrWLi4cBc627pePlV4A/bEdhbJz9KBmA4YEKsP+/59CD828C/zn63+8PPLye',
  '/fzIzbjh+38=',
].join('');
